//! A unit's own page for the duty office: what it owed, what it sent, who was written to, what people decided.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use chrono::{Datelike as _, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use super::board::{Asked, StandingView, UndoView, class_name, notice, rests, undo, when};
use super::incident::{LineView, Lister};
use super::letters::{Clerk, LetterView};
use super::page::{Page, dial, html};
use super::township::names;
use super::visit::Visit;
use super::{App, Failure};
use crate::domain::access::{Actor, Deed, Scope, permit};
use crate::domain::checkin::{Content, Provenance, Review};
use crate::domain::ids::{LetterId, UnitId};
use crate::domain::receipt::Number;
use crate::domain::standing::standing;
use crate::domain::time::{Timestamp, local_day, timestamp};
use crate::domain::unit::{Contacts, Unit, UnitPath, UnitTree};
use crate::i18n::Lang;
use crate::service::SpotResult;
use crate::store::{
    Attempt, BadAddress, BoardRound, Decision, IncidentLine, Posted, SpotCheck, StoredCheckIn, StoredFinding,
    StoredObligation, moment,
};

/// How far back the page looks.
const SPAN: TimeDelta = TimeDelta::days(7);
/// How far back it shows findings.
const FINDINGS: TimeDelta = TimeDelta::days(90);
/// How many of each it lists.
const LISTED: i64 = 60;

#[derive(Template)]
#[template(path = "unit.html")]
struct UnitPage {
    l: Lang,
    id: i64,
    page: Page,
    notice: Option<String>,
    undo: Option<UndoView>,
    name: String,
    above: Vec<(String, Option<String>)>,
    kind: &'static str,
    code: Option<String>,
    asked: String,
    post: Option<String>,
    phone: Option<String>,
    dial: String,
    mails: Vec<(&'static str, Vec<MailView>)>,
    /// The open incidents.
    incidents: Vec<LineView>,
    findings: Vec<FindingView>,
    spots: Vec<DecisionView>,
    /// Whether there are units below it.
    is_parent: bool,
    rounds: Vec<OwedView>,
    check_ins: Vec<CheckInView>,
    /// `None`: the reader may not see letters.
    letters: Option<Vec<LetterView>>,
    decisions: Vec<DecisionView>,
    may: May,
    here: String,
}

#[derive(Debug, Clone, Copy)]
struct May {
    contact: bool,
    enter: bool,
    excuse: bool,
    extend: bool,
    judge: bool,
}

struct FindingView {
    time: String,
    kind: &'static str,
    by: String,
    note: String,
    /// What the unit says to it.
    reply: Option<String>,
}

struct MailView {
    address: String,
    is_bad: bool,
}

struct OwedView {
    id: i64,
    round: String,
    due: String,
    standing: StandingView,
    notes: Vec<String>,
    is_unmet: bool,
    /// Whether its deadline can still be moved.
    is_running: bool,
    is_excused: bool,
}

struct CheckInView {
    number: String,
    /// Where its personal data are taken out; `None`: not by this reader, or there is nothing.
    redact: Option<String>,
    received: String,
    is_incident: bool,
    said: String,
    details: Vec<String>,
    notes: Vec<String>,
}

struct DecisionView {
    time: String,
    what: String,
    by: String,
    words: String,
}

/// Shows the page of a unit.
pub(super) async fn page(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let (l, zone, now) = (visit.l, app.settings.service.zone, app.now());
    let actor = visit.actor()?;
    let scope = permit(actor, Deed::SeeUnit)?;
    let tree = app.tree().await?;
    let unit = tree.get(UnitId(id)).filter(|unit| scope.covers(&unit.path));
    let unit = unit.ok_or(Failure::NOT_FOUND)?;
    let sees_letters = permit(actor, Deed::SeeOutbox).is_ok_and(|scope| scope.covers(&unit.path));
    let record = Record::read(&app, unit.id, sees_letters).await?;
    let teller = Teller {
        l,
        zone,
        now,
        app: &app,
        tree: &tree,
        may_redact: permit(actor, Deed::Redact).is_ok_and(|scope| scope.covers(&unit.path)),
    };
    let clerk = Clerk {
        l,
        zone,
        now,
        tree: &tree,
    };
    let contacts = &record.contacts;
    let labels: HashMap<i64, &BoardRound> = record.rounds.iter().map(|r| (r.stored.round.id.0, r)).collect();
    let rounds = record.owed.iter().rev().map(|o| teller.owed(o, &labels));
    let lister = Lister::of(&app, l, &tree);
    html(&UnitPage {
        l,
        id,
        notice: notice(l, &asked),
        undo: undo(&asked, now),
        name: unit.name.as_str().to_owned(),
        above: above(&tree, unit.id, &scope),
        kind: l.unit_kind(unit.kind),
        code: unit.code.as_ref().map(|code| l.unit_code(code.as_str())),
        asked: l.unit_asked(record.times),
        dial: dial(contacts.phone.as_deref().unwrap_or_default()),
        mails: mails(l, contacts, &record.bad),
        post: contacts.duty_post.clone(),
        phone: contacts.phone.clone(),
        incidents: record.open.iter().map(|line| lister.line(line)).collect(),
        findings: record.findings.iter().map(|f| teller.finding(f)).collect(),
        spots: record.spots.iter().map(|spot| teller.spot(spot)).collect(),
        is_parent: tree.children(unit.id).next().is_some(),
        rounds: rounds.collect(),
        check_ins: record.check_ins.iter().map(|c| teller.check_in(c)).collect(),
        letters: record
            .letters
            .as_ref()
            .map(|(letters, attempts)| clerk.letters(letters, attempts, &[])),
        decisions: record.decisions.iter().map(|d| teller.decision(d)).collect(),
        may: may(actor, &unit.path),
        here: format!("/board/unit/{id}"),
        page: visit.page.clone(),
    })
}

/// Names what a unit belongs to, the whole first, each with its page where the reader may open it.
fn above(tree: &UnitTree, unit: UnitId, scope: &Scope) -> Vec<(String, Option<String>)> {
    let view = |unit: &Unit| {
        let href = scope
            .covers(&unit.path)
            .then(|| format!("/board/unit/{}", unit.id));
        (unit.name.to_string(), href)
    };
    let mut above: Vec<_> = tree.ancestors(unit).map(view).collect();
    above.reverse();
    above
}

/// What the tables know of a unit.
struct Record {
    open: Vec<IncidentLine>,
    findings: Vec<StoredFinding>,
    spots: Vec<SpotCheck>,
    owed: Vec<StoredObligation>,
    rounds: Vec<BoardRound>,
    check_ins: Vec<StoredCheckIn>,
    decisions: Vec<Decision>,
    contacts: Contacts,
    bad: Vec<BadAddress>,
    times: i64,
    /// `None`: the reader may not see letters.
    letters: Option<(Vec<Posted>, Vec<Attempt>)>,
}

impl Record {
    async fn read(app: &App, unit: UnitId, sees_letters: bool) -> Result<Self, Failure> {
        let now = app.now();
        let since = now - SPAN;
        let mut conn = app.store.read().await?;
        let letters = match sees_letters {
            true => {
                let letters = conn.posted_about(unit, since, LISTED).await?;
                let ids: Vec<LetterId> = letters.iter().map(|letter| letter.id).collect();
                let attempts = conn.attempts(&ids).await?;
                Some((letters, attempts))
            }
            false => None,
        };
        let mut contacts = conn.contacts(Some(&[unit])).await?;
        Ok(Self {
            open: conn.open_incidents_of(unit, now).await?,
            findings: conn.findings_of(unit, now - FINDINGS).await?,
            spots: conn.spot_checks(unit, now - FINDINGS).await?,
            owed: conn.obligations_of_unit(unit, now, since).await?,
            rounds: conn.board_rounds(since, None, None).await?,
            check_ins: conn.check_ins_of(unit, LISTED).await?,
            decisions: conn.decisions(unit, since, LISTED).await?,
            contacts: contacts.remove(&unit).unwrap_or_default(),
            bad: conn.bad_addresses().await?,
            times: conn
                .times_asked(unit, month(now, app.settings.service.zone))
                .await?,
            letters,
        })
    }
}

fn may(actor: &Actor, path: &UnitPath) -> May {
    let may = |deed| permit(actor, deed).is_ok_and(|scope| scope.covers(path));
    May {
        contact: may(Deed::Proxy),
        enter: may(Deed::Proxy) || may(Deed::RecordPhone),
        excuse: may(Deed::Excuse),
        extend: may(Deed::Extend),
        judge: may(Deed::Judge),
    }
}

fn mails(l: Lang, contacts: &Contacts, bad: &[BadAddress]) -> Vec<(&'static str, Vec<MailView>)> {
    let lists = [
        (l.unit_reporter_mail(), &contacts.reporter),
        (l.unit_backup_mail(), &contacts.backup),
        (l.unit_head_mail(), &contacts.head),
    ];
    let view = |address: &crate::domain::address::Address| MailView {
        address: address.as_str().to_owned(),
        is_bad: bad.iter().any(|one| one.address == address.as_str()),
    };
    lists
        .into_iter()
        .map(|(word, list)| (word, list.iter().map(view).collect()))
        .collect()
}

/// Gives when the present month began.
fn month(now: Timestamp, zone: Tz) -> Timestamp {
    let today = local_day(now, zone);
    timestamp(today.with_day(1).unwrap_or(today), NaiveTime::MIN, zone)
}

struct Teller<'a> {
    l: Lang,
    zone: Tz,
    now: Timestamp,
    app: &'a App,
    tree: &'a UnitTree,
    may_redact: bool,
}

impl Teller<'_> {
    fn when(&self, at: Timestamp) -> String {
        when(self.l, at, self.now, self.zone)
    }

    fn owed(&self, owed: &StoredObligation, rounds: &HashMap<i64, &BoardRound>) -> OwedView {
        let (l, o) = (self.l, &owed.obligation);
        let round = o.round.and_then(|id| rounds.get(&id.0));
        let label = round.map_or(l.letter_follow_up(), |r| r.stored.round.label.as_str());
        let mut notes = Vec::new();
        if owed.drill {
            notes.push(l.drill_mark().to_owned());
        }
        if let Some(at) = o.first_received {
            notes.push(l.row_received(self.when(at)));
        } else if o.window.due() != o.scheduled_due {
            notes.push(l.row_extended(self.when(o.window.due())));
        }
        if let Some(way) = o.provenance.filter(|way| *way != Provenance::Own) {
            notes.push(l.provenance(way).to_owned());
        }
        if let Some(at) = o.resumption.filter(|at| *at > self.now && o.is_unmet()) {
            notes.push(rests(l, at, o.window.closes(), self.when(at)));
        }
        OwedView {
            id: o.id.0,
            round: format!("{} {label}", l.short_date(o.day)),
            due: self.when(o.scheduled_due),
            standing: StandingView::of(l, standing(o, self.now).code(), o.is_met() && owed.incident),
            notes,
            is_unmet: o.is_unmet(),
            is_running: self.now < o.window.closes(),
            is_excused: o.excused.is_some() && !o.is_met(),
        }
    }

    fn spot(&self, spot: &SpotCheck) -> DecisionView {
        let result = SpotResult::parse(&spot.result);
        DecisionView {
            time: self.when(moment(spot.at)),
            what: result
                .map(|result| self.l.spot_check(result).to_owned())
                .unwrap_or_default(),
            by: spot.by_label.clone(),
            words: spot.note.clone().unwrap_or_default(),
        }
    }

    fn check_in(&self, kept: &StoredCheckIn) -> CheckInView {
        let (l, check_in) = (self.l, &kept.check_in);
        let mut details = Vec::new();
        let said = match &check_in.content {
            Content::AllClear => l.term_all_clear().to_owned(),
            Content::RollUp(counts) => {
                details.push(l.roll_up(counts, &names(self.tree, &counts.missing)));
                l.receipt_roll_up().to_owned()
            }
            Content::Incident(incident) => {
                details.extend([&incident.place, &incident.what, &incident.measures].map(Clone::clone));
                class_name(&self.app.classes(), &incident.class, l)
            }
        };
        let mut notes = Vec::new();
        if check_in.redacted {
            notes.push(l.unit_redacted().to_owned());
        }
        if check_in.provenance != Provenance::Own {
            notes.push(l.provenance(check_in.provenance).to_owned());
        }
        if let Some(caller) = &kept.caller {
            notes.push(l.unit_caller(&caller.post, self.when(caller.called_at)));
        }
        if let Some(earlier) = kept.supersedes {
            notes.push(l.unit_amends(Number(earlier)));
        }
        match check_in.review {
            Review::None => {}
            Review::Awaiting => notes.push(l.unit_review_awaiting().to_owned()),
            Review::Confirmed => notes.push(l.unit_review_confirmed().to_owned()),
            Review::Refused => notes.push(l.unit_review_refused().to_owned()),
        }
        notes.extend(kept.reason.clone());
        details.retain(|text| !text.is_empty());
        CheckInView {
            number: Number(check_in.id).to_string(),
            redact: (self.may_redact && !details.is_empty())
                .then(|| format!("/redact/{}", Number(check_in.id))),
            received: l.moment_exact(check_in.received, self.zone),
            is_incident: check_in.content.incident().is_some(),
            said,
            details,
            notes,
        }
    }

    fn finding(&self, found: &StoredFinding) -> FindingView {
        FindingView {
            time: self.when(found.at),
            kind: self.l.finding_kind(found.kind),
            by: found.by.clone(),
            note: found.note.clone(),
            reply: found.reply.as_ref().map(|(words, _)| words.clone()),
        }
    }

    fn decision(&self, decision: &Decision) -> DecisionView {
        let l = self.l;
        let time = |ms: Option<i64>| self.when(moment(ms.unwrap_or_default()));
        let what = match (decision.kind.as_str(), decision.result.as_str()) {
            ("contact", "reached") => format!("{} · {}", l.act_contacted(), l.contacted_reached()),
            ("contact", _) => format!("{} · {}", l.act_contacted(), l.contacted_no_answer()),
            ("excusal", _) if decision.until.is_some() => l.decision_excusal_undone(time(decision.until)),
            ("excusal", _) => l.decision_excusal().to_owned(),
            ("extension", _) => l.decision_extension(time(decision.due_before), time(decision.until)),
            (_, "page") => l.decision_ack_page().to_owned(),
            (_, "phone") => l.decision_ack_phone().to_owned(),
            _ => l.decision_ack_link().to_owned(),
        };
        DecisionView {
            time: self.when(moment(decision.at)),
            what,
            by: decision.by_label.clone().unwrap_or_default(),
            words: decision.words.clone().unwrap_or_default(),
        }
    }
}
