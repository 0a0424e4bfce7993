//! A row with a value that cannot be read is an error that names table, column and row.

use std::collections::HashMap;

use allclear::domain::access::Role;
use allclear::domain::address::Address;
use allclear::domain::alert::{Alert, Policy, State, Step};
use allclear::domain::board::{Filter, Span};
use allclear::domain::checkin::Content;
use allclear::domain::ids::LetterId;
use allclear::domain::progress::Progress;
use allclear::domain::unit::Contacts;
use allclear::store::{
    Error, Granted, Group, Listing, NewAlert, NewLetter, NewSession, NewToken, ReportKind, TokenScope,
};
use chrono::TimeDelta;

use super::ground::{at, chase_letter, flood, ground, letter, number, run, said};
use crate::support::on_both;

/// Spoils a row, reads it, holds that the error names it, and mends it again.
macro_rules! broken {
    ($tx:ident, $table:literal . $column:literal = $value:literal, $row:expr, $read:expr) => {
        run(&mut $tx, "SAVEPOINT whole").await;
        let sql = concat!("UPDATE \"", $table, "\" SET ", $column, " = ", $value);
        run(&mut $tx, sql).await;
        match $read.await {
            Err(Error::Broken {
                table, column, row, ..
            }) => {
                assert_eq!((table, column, row), ($table, $column, $row), "{sql}");
            }
            other => panic!("{sql} was read as {other:?}"),
        }
        run(&mut $tx, "ROLLBACK TO whole").await;
    };
}

/// Beyond what a clock can show, in milliseconds.
macro_rules! never {
    ($tx:ident, $table:literal . $column:literal, $row:expr, $read:expr) => {
        broken!($tx, $table.$column = "9000000000000000000", $row, $read);
    };
}

on_both!(of_accounts_sessions_and_workstations, |db| async move {
    let (g, mut tx) = ground(db).await;
    let id = g.officer;
    broken!(tx, "account"."language" = "'xx'", id.0, tx.account(id));
    broken!(tx, "account"."language" = "'xx'", id.0, tx.account_by_login("officer"));
    broken!(tx, "account"."language" = "'xx'", id.0, tx.accounts());
    never!(tx, "account"."locked_at", id.0, tx.account(id));
    run(&mut tx, "DELETE FROM role_grant").await;
    let whole = Granted {
        role: Role::Auditor,
        unit: None,
    };
    tx.grant(id, whole, at(0)).await.unwrap();
    let row = number(&mut tx, "SELECT id FROM role_grant").await;
    broken!(tx, "role_grant"."role" = "'king'", row, tx.grants(id));
    never!(tx, "account"."password_at", id.0, tx.account(id));
    never!(tx, "account"."expires_at", id.0, tx.account(id));
    never!(tx, "account"."signed_in_at", id.0, tx.account(id));
    never!(tx, "account"."created_at", id.0, tx.account(id));
    let session = NewSession {
        hash: "s",
        how: "link",
        browser: "",
        awaits: None,
    };
    assert!(tx.add_session(id, session, at(0)).await.unwrap());
    broken!(tx, "session"."awaits" = "'king'", id.0, tx.session("s"));
    never!(tx, "session"."began_at", id.0, tx.session("s"));
    never!(tx, "session"."seen_at", id.0, tx.session("s"));
    let device = tx.add_device(g.county, "台", "d", at(0)).await.unwrap();
    never!(tx, "device"."bound_at", device.0, tx.device("d"));
    never!(tx, "device"."seen_at", device.0, tx.device("d"));
    let token = tx
        .add_api_token(
            NewToken {
                hash: "t",
                label: "系统",
                unit: g.county,
                scope: TokenScope::Read,
                expires: at(1),
            },
            at(0),
        )
        .await
        .unwrap();
    broken!(tx, "api_token"."scope" = "'all'", token, tx.api_token("t"));
    never!(tx, "api_token"."issued_at", token, tx.api_token("t"));
    never!(tx, "api_token"."seen_at", token, tx.api_tokens());
    tx.begin_factor(id, "sealed", at(0)).await.unwrap();
    never!(tx, "second_factor"."begun_at", id.0, tx.factor(id));
    never!(tx, "api_token"."expires_at", token, tx.api_token("t"));
});

on_both!(of_units_and_their_contacts, |db| async move {
    let (g, mut tx) = ground(db).await;
    let [unit, other] = g.villages;
    tx.end_versions(&[g.county, other], at(1)).await.unwrap();
    broken!(tx, "unit_version"."code" = "'12x'", unit.0, tx.unit(unit));
    broken!(tx, "unit_version"."kind" = "'moon'", unit.0, tx.unit(unit));
    broken!(tx, "unit_version"."path" = "'x'", unit.0, tx.unit(unit));
    broken!(tx, "unit_version"."kind" = "'moon'", unit.0, tx.units());
    never!(tx, "unit_version"."valid_from", unit.0, tx.unit(unit));
    run(
        &mut tx,
        "UPDATE unit_version SET name = CAST(id AS TEXT) WHERE valid_until IS NOT NULL",
    )
    .await;
    run(&mut tx, "DELETE FROM unit_version WHERE valid_until IS NOT NULL").await;
    broken!(tx, "unit_version"."name" = "' '", unit.0, tx.unit(unit));
    let reached = Contacts {
        head: vec![Address::parse("h@v.example").unwrap()],
        ..Contacts::default()
    };
    tx.put_contacts(&HashMap::from([(unit, reached)])).await.unwrap();
    broken!(tx, "contact"."address" = "'nowhere'", unit.0, tx.contacts(None));
    broken!(tx, "contact"."purpose" = "'pet'", unit.0, tx.contacts(Some(&[unit])));
    run(&mut tx, "DELETE FROM unit_version").await;
    let long_ago = allclear::domain::time::Timestamp::UNIX_EPOCH - chrono::TimeDelta::days(1);
    let since = tx.units_made_after(long_ago).await.unwrap();
    assert_eq!(since[&unit], at(0));
    never!(tx, "unit"."created_at", g.county.0, tx.units_made_after(long_ago));
});

on_both!(of_periods_rules_ladders_and_rounds, |db| async move {
    let (g, mut tx) = ground(db).await;
    let (period, rule) = (g.period, g.rule);
    broken!(tx, "period"."level" = "'V'", period.0, tx.period(period));
    broken!(tx, "period"."scope" = "'[]x'", period.0, tx.period(period));
    never!(tx, "period"."starts_at", period.0, tx.period(period));
    never!(tx, "period"."ends_at", period.0, tx.periods_ending_after(at(0)));
    never!(tx, "period"."stopped_at", period.0, tx.period(period));
    broken!(tx, "round_rule"."opens" = "'25:00'", rule.0, tx.period(period));
    broken!(tx, "round_rule"."due" = "'x'", rule.0, tx.period(period));
    broken!(tx, "round_rule"."closes" = "''", rule.0, tx.period(period));
    broken!(tx, "round_rule"."days" = "'never'", rule.0, tx.period(period));
    broken!(tx, "round_rule"."valid_from" = "'2026-02-30'", rule.0, tx.period(period));
    broken!(tx, "round_rule"."valid_until" = "'x'", rule.0, tx.periods_ending_after(at(0)));
    broken!(tx, "ladder"."steps" = "'[]'", g.ladder.0, tx.ladder(g.ladder));
    let round = g.round(&mut tx, "2026-06-01", 100).await;
    broken!(tx, "round"."level" = "'V'", round.0, tx.round(round));
    broken!(tx, "round"."business_date" = "'x'", round.0, tx.latest_rounds(9));
    broken!(tx, "round"."due_at" = "0", round.0, tx.round(round));
    never!(tx, "round"."closes_at", round.0, tx.rounds_closing_after(at(0)));
    never!(tx, "round"."opens_at", round.0, tx.round(round));
    never!(tx, "round"."opened_at", round.0, tx.round(round));
    never!(tx, "round"."due_at", round.0, tx.board_rounds(at(0), None, None));
    broken!(tx, "period"."scope" = "'x'", period.0, tx.board_rounds(at(0), None, None));
    assert!(tx.seal_round(round, "aa", at(1)).await.unwrap());
    never!(tx, "round"."sealed_at", round.0, tx.round_seal(round));
    let group = Group {
        round,
        due: at(100),
        resumption: 0,
    };
    assert!(
        tx.begin_chase(group, at(220), &Progress::default(), Some(at(70)))
            .await
            .unwrap()
    );
    broken!(tx, "chase"."progress" = "'x'", round.0, tx.chase(group));
    broken!(tx, "chase"."firing" = "'x'", round.0, tx.chase(group));
    never!(tx, "chase"."closes_at", round.0, tx.chase(group));
    never!(tx, "chase"."next_at", round.0, tx.hold_chase(group));
    broken!(tx, "chase"."progress" = "'x'", round.0, tx.board_rounds(at(0), None, None));
    never!(tx, "chase"."due_at", round.0, tx.board_rounds(at(0), None, None));
});

on_both!(of_obligations, |db| async move {
    let (g, mut tx) = ground(db).await;
    let (round, [a, other]) = g.owed(&mut tx).await;
    run(&mut tx, "DELETE FROM obligation_source").await;
    run(
        &mut tx,
        "DELETE FROM obligation WHERE id = (SELECT MAX(id) FROM obligation)",
    )
    .await;
    assert!(tx.obligation(other).await.unwrap().is_none());
    broken!(tx, "obligation"."kind" = "'x'", a.0, tx.obligation(a));
    broken!(tx, "obligation"."path" = "'x'", a.0, tx.obligations(&[a]));
    broken!(tx, "obligation"."business_date" = "'x'", a.0, tx.hold_obligations(&[a]));
    broken!(tx, "obligation"."provenance" = "'x'", a.0, tx.obligation(a));
    broken!(tx, "obligation"."claim" = "'x'", a.0, tx.obligation(a));
    broken!(tx, "obligation"."due_at" = "0", a.0, tx.obligation(a));
    never!(tx, "obligation"."opens_at", a.0, tx.obligation(a));
    never!(tx, "obligation"."closes_at", a.0, tx.obligations_of_unit(g.villages[0], at(99), at(0)));
    never!(tx, "obligation"."scheduled_due", a.0, tx.obligation(a));
    never!(tx, "obligation"."first_received_at", a.0, tx.obligation(a));
    never!(tx, "obligation"."excused_at", a.0, tx.obligation(a));
    never!(tx, "obligation"."resumption", a.0, tx.obligation(a));
    let (lo, hi) = g.path(g.villages[0]).range();
    let spans = [Span { fold: None, lo, hi }];
    let all = Listing {
        kind: None,
        filter: Filter::All,
        offset: 0,
        limit: 9,
    };
    never!(tx, "obligation"."scheduled_due", a.0, tx.board_list(round, &[round], &spans, all, at(105)));
    tx.add_sources(&[(a, round)]).await.unwrap();
    let (from, until) = (at(0), at(999));
    broken!(tx, "obligation"."kind" = "'x'", a.0, tx.held(&[g.villages[0]], from, until));
    let id = g.letter(&mut tx, &chase_letter("k", round, 100, 1), &[a]).await;
    broken!(tx, "obligation"."path" = "'x'", a.0, tx.named(&[id]));
    never!(tx, "obligation"."opens_at", a.0, tx.named(&[id]));
    broken!(tx, "obligation"."path" = "'x'", id, tx.paths_of_letter(LetterId(id)));
});

on_both!(of_check_ins_incidents_and_alerts, |db| async move {
    let (g, mut tx) = ground(db).await;
    let id = tx.reserve_check_ins(1).await.unwrap()[0];
    let one = said(id, g.villages[0], None, Content::Incident(flood()));
    tx.add_check_ins(&[one]).await.unwrap();
    broken!(tx, "check_in"."uuid" = "'x'", id.0, tx.check_in(id));
    broken!(tx, "check_in"."facts" = "'{}'", id.0, tx.check_in(id));
    broken!(tx, "check_in"."provenance" = "'x'", id.0, tx.check_ins(&[id]));
    broken!(tx, "check_in"."review" = "'x'", id.0, tx.check_in(id));
    broken!(tx, "check_in"."author" = "'x:1'", id.0, tx.check_in(id));
    broken!(tx, "check_in"."door" = "'x'", id.0, tx.check_in(id));
    broken!(tx, "check_in"."salt" = "'zz'", id.0, tx.check_in(id));
    broken!(tx, "check_in"."text_digest" = "'zz'", id.0, tx.check_in(id));
    broken!(tx, "check_in"."digest" = "'zz'", id.0, tx.check_ins_of(g.villages[0], 9));
    never!(tx, "check_in"."received_at", id.0, tx.latest_unattached(&g.villages));
    never!(tx, "check_in"."claimed_at", id.0, tx.check_in(id));
    let incident = g.incident(&mut tx, 5).await;
    let everywhere = g.everywhere();
    broken!(tx, "incident"."severity" = "'x'", incident.0, tx.incident(incident));
    broken!(tx, "incident"."path" = "'x'", incident.0, tx.incident(incident));
    never!(tx, "incident"."opened_at", incident.0, tx.incident(incident));
    never!(tx, "incident"."closed_at", incident.0, tx.incident(incident));
    broken!(tx, "incident"."severity" = "'x'", incident.0, tx.board_incidents(&everywhere, 9));
    let report = tx
        .add_report(incident, ReportKind::First, id, at(6))
        .await
        .unwrap();
    broken!(tx, "incident_report"."kind" = "'x'", report.0, tx.report(report));
    never!(tx, "incident_report"."at", report.0, tx.report(report));
    let policy = Policy::new(vec![Step::default()], TimeDelta::minutes(5), 2).unwrap();
    let alert = Alert::of(0, 0, State::Running { next_at: at(9) });
    let new = NewAlert {
        report,
        incident,
        policy: &policy,
        alert: &alert,
        red: None,
    };
    let raised = tx.add_alert(new, at(6)).await.unwrap();
    broken!(tx, "alert"."policy" = "'x'", raised.0, tx.alert(raised));
    broken!(tx, "alert"."progress" = "'x'", raised.0, tx.hold_alert(raised));
    broken!(tx, "alert"."progress" = "'x'", raised.0, tx.incidents_for(&everywhere, "", 9));
    never!(tx, "alert"."raised_at", raised.0, tx.alerts_of(incident));
    never!(tx, "alert"."next_at", 0, tx.next_alert_at());
    let call = NewLetter {
        alert_id: Some(raised.0),
        pass: Some(-1),
        step: Some(0),
        ..letter("k", 0, "a@v.example")
    };
    let id = g.letter(&mut tx, &call, &[]).await;
    broken!(tx, "letter"."kind" = "'x'", id, tx.posted(LetterId(id)));
    broken!(tx, "letter"."state" = "'x'", id, tx.posted_for(raised));
    broken!(tx, "letter"."state" = "'x'", 0, tx.posted_counts(&everywhere, true, at(0)));
    never!(tx, "letter"."created_at", id, tx.posted(LetterId(id)));
    run(&mut tx, "UPDATE letter SET state = 'dead'").await;
    broken!(tx, "letter"."pass" = "-1", raised.0, tx.calls_to_pass_on());
    never!(tx, "relay"."paused_until", 1, tx.relay());
});
