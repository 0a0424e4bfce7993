//! Knows the sentence that a reader finds after an act, and the way back.

use super::Asked;
use crate::domain::time::{Timestamp, from_millis};
use crate::i18n::Lang;
use crate::service::{UNDO, Undo};
use crate::web::page::is_local;

/// Gives the page of the duty office to go back to; the board itself when none is named.
pub(in crate::web) fn board_or(back: &str) -> String {
    let ours = ["/board", "/township", "/desk/township"];
    match is_local(back) && ours.iter().any(|page| back.starts_with(page)) {
        true => back.to_owned(),
        false => "/board".to_owned(),
    }
}

/// Gives an address with a notice for the reader.
pub(in crate::web) fn with_notice(back: &str, notice: &str, n: &str) -> String {
    let joint = if back.contains('?') { '&' } else { '?' };
    let n: String = form_urlencoded::byte_serialize(n.as_bytes()).collect();
    format!("{back}{joint}notice={notice}&n={n}")
}

/// An act that the reader may take back.
#[derive(Debug, Clone)]
pub(in crate::web) struct UndoView {
    pub(in crate::web) act: &'static str,
    /// When it was done, in Unix milliseconds.
    pub(in crate::web) at: i64,
}

/// Gives the act that an address tells of, while it can be taken back.
pub(in crate::web) fn undo(asked: &Asked, now: Timestamp) -> Option<UndoView> {
    let act = Undo::parse(asked.get("undo"))?.code();
    let at = from_millis(asked.number("at")?)?;
    (at <= now && now - at < UNDO).then(|| UndoView {
        act,
        at: at.timestamp_millis(),
    })
}

/// Gives the notice that an address asks for.
pub(in crate::web) fn notice(l: Lang, asked: &Asked) -> Option<String> {
    let n = asked.number("n").unwrap_or(1);
    match asked.get("notice") {
        "contacted" => Some(l.notice_contacted(n)),
        "excused" => Some(l.notice_excused(n)),
        "extended" => Some(l.notice_extended(n)),
        "decided_many" => Some(l.notice_decided_many(n)),
        "taken_back" => Some(l.notice_taken_back(n)),
        "undo_late" => Some(l.notice_undo_late().to_owned()),
        "undo_nothing" => Some(l.notice_undo_nothing().to_owned()),
        "reminded" => Some(l.notice_reminded(n)),
        "reminded_none" => Some(l.notice_reminded_none().to_owned()),
        "spot_checked" => Some(l.notice_spot_checked().to_owned()),
        "decided" => Some(l.notice_decided().to_owned()),
        "undone" => Some(l.notice_undone().to_owned()),
        "already" => Some(l.notice_already().to_owned()),
        "retried" => Some(l.notice_retried().to_owned()),
        "handled" => Some(l.notice_handled().to_owned()),
        "trusted" => Some(l.notice_trusted().to_owned()),
        "acknowledged" => Some(l.notice_acknowledged().to_owned()),
        "escalated" => Some(l.notice_escalated().to_owned()),
        "escalated_already" => Some(l.notice_escalated_already().to_owned()),
        "phoned" => Some(l.notice_phone_acknowledged().to_owned()),
        "incident_done" => Some(l.notice_incident_done().to_owned()),
        "roster_saved" => Some(l.roster_saved().to_owned()),
        "roster_imported" => Some(l.roster_imported(n)),
        "handover_done" => Some(l.handover_done().to_owned()),
        "plan_changed" => Some(l.notice_plan_changed().to_owned()),
        "entered" => {
            let number = asked.get("n");
            let plain = number.len() <= 24 && number.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            plain.then(|| l.enter_done(number))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_leads_to_the_board_and_nowhere_else() {
        assert_eq!(board_or("/board?round=1"), "/board?round=1");
        for odd in [
            "",
            "//evil.example",
            "https://evil.example/board",
            "/signout",
            "/board\r\nx: y",
        ] {
            assert_eq!(board_or(odd), "/board", "{odd}");
        }
    }

    #[test]
    fn a_notice_says_only_what_it_was_made_for() {
        let said = |query: &str| notice(Lang::En, &Asked::read(query));
        assert_eq!(
            said("notice=excused&n=2").as_deref(),
            Some("2 units are excused.")
        );
        assert_eq!(said("notice=entered&n=<script>"), None);
        assert_eq!(said("notice=anything"), None);
    }
}
