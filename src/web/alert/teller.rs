//! Says an urgent report to a reader: what happened, who has it, who was told, what comes next.

use chrono_tz::Tz;

use crate::domain::alert::{Ask, Coming, State};
use crate::domain::checkin::IncidentContent;
use crate::domain::ids::AccountId;
use crate::domain::time::{Timestamp, from_millis};
use crate::domain::unit::UnitTree;
use crate::i18n::Lang;
use crate::store::{Acknowledgement, Conn, Posted, StoredAlert, StoredIncident, Tray};
use crate::web::board::{class_name, colour, when};
use crate::web::page::dial;
use crate::web::{App, Failure};

/// What an urgent report says and how far it has come: the part that the page behind the link shows too.
#[derive(Debug)]
pub(in crate::web) struct Urgent {
    pub(in crate::web) class: String,
    pub(in crate::web) severity: &'static str,
    pub(in crate::web) colour: &'static str,
    pub(in crate::web) unit: String,
    pub(in crate::web) drill: bool,
    pub(in crate::web) place: String,
    pub(in crate::web) what: String,
    pub(in crate::web) measures: String,
    /// Who sits at the unit's phone.
    pub(in crate::web) post: Option<String>,
    /// What a telephone dials to reach the unit, and its phone as it is written.
    pub(in crate::web) phone: Option<(String, String)>,
    /// How the report came.
    pub(in crate::web) way: &'static str,
    /// Word and count; a count that is not known says so.
    pub(in crate::web) counts: Vec<(&'static str, String)>,
    pub(in crate::web) times: Vec<(&'static str, String)>,
    /// Whether nobody has it yet.
    pub(in crate::web) is_open: bool,
    pub(in crate::web) is_red: bool,
    pub(in crate::web) state: String,
    pub(in crate::web) next: Option<String>,
    /// Steps that reached nobody, who left no word, who has yet to answer.
    pub(in crate::web) notes: Vec<String>,
    pub(in crate::web) answers: Vec<AnswerView>,
    /// The round of calls that the reader sees, as pass and step.
    pub(in crate::web) read: (u32, usize),
    pub(in crate::web) can_escalate: bool,
    /// Whether the next round of calls reaches more people.
    pub(in crate::web) widens: bool,
}

/// Who has it.
#[derive(Debug)]
pub(in crate::web) struct AnswerView {
    pub(in crate::web) by: String,
    pub(in crate::web) via: &'static str,
    pub(in crate::web) time: String,
    pub(in crate::web) note: Option<String>,
    pub(in crate::web) remark: Option<String>,
}

/// One round of calls.
pub(super) struct CallView {
    pub(super) title: String,
    /// Whom, a colour, how the letter stands.
    pub(super) letters: Vec<(String, &'static str, String)>,
}

/// Says an urgent report to a reader.
pub(in crate::web) struct Teller<'a> {
    app: &'a App,
    l: Lang,
    zone: Tz,
    now: Timestamp,
    tree: &'a UnitTree,
}

impl<'a> Teller<'a> {
    pub(in crate::web) fn of(app: &'a App, l: Lang, tree: &'a UnitTree) -> Self {
        Self {
            app,
            l,
            zone: app.settings.service.zone,
            now: app.now(),
            tree,
        }
    }

    fn when(&self, at: Timestamp) -> String {
        when(self.l, at, self.now, self.zone)
    }

    /// Reads and says one urgent report.
    pub(in crate::web) async fn urgent(
        &self,
        conn: &mut Conn,
        known: &StoredAlert,
        incident: &StoredIncident,
    ) -> Result<Urgent, Failure> {
        let l = self.l;
        let kept = conn.check_in(known.check_in).await?;
        let kept = kept.ok_or(Failure::NOT_FOUND)?;
        let content = kept.check_in.content.incident().cloned().unwrap_or_default();
        let answers = conn.acknowledgements_of_alert(known.id).await?;
        let mut views = Vec::new();
        for answer in &answers {
            views.push(self.answer(conn, answer).await?);
        }
        let (line, next) = self.state(known);
        let red = known.red.as_deref().map(|reason| match reason {
            "nobody" => l.alert_red_nobody(),
            "failed" => l.alert_red_failed(),
            "silent" => l.alert_red_silent(),
            _ => l.alert_exhausted(),
        });
        let is_open = !known.alert.is_acknowledged();
        let unit = self.tree.label(incident.unit);
        let mut contacts = conn.contacts(Some(&[incident.unit])).await?;
        let contacts = contacts.remove(&incident.unit).unwrap_or_default();
        Ok(Urgent {
            class: class_name(&self.app.classes(), &content.class, l),
            severity: l.severity(content.severity),
            colour: colour(content.severity),
            unit: unit.map(|label| label.to_string()).unwrap_or_default(),
            drill: incident.drill,
            counts: self.counts(&content),
            times: self.times(&content, kept.check_in.received),
            place: content.place,
            what: content.what,
            measures: content.measures,
            post: contacts.duty_post,
            phone: contacts.phone.map(|phone| (dial(&phone), phone)),
            way: l.provenance(kept.check_in.provenance),
            is_open,
            is_red: is_open && (red.is_some() || known.alert.is_exhausted()),
            state: match red.filter(|words| is_open && *words != line) {
                Some(words) => format!("{line} · {words}"),
                None => line,
            },
            next,
            notes: self.notes(conn, known).await?,
            answers: views,
            read: (known.alert.pass, known.alert.step),
            can_escalate: known.alert.can_escalate(&known.policy),
            widens: known.coming().is_some_and(|(_, coming)| coming == Coming::Wider),
        })
    }

    /// Says how far it has come, and what comes next.
    fn state(&self, known: &StoredAlert) -> (String, Option<String>) {
        let l = self.l;
        match &known.alert.state {
            State::Acknowledged { by, at, word_until } => {
                let next = word_until.map(|until| l.alert_word_until(self.when(until)));
                (l.alert_acknowledged(by, self.when(*at)), next)
            }
            State::Exhausted { .. } => (l.alert_exhausted().to_owned(), None),
            State::Running { .. } => (
                l.alert_unacknowledged().to_owned(),
                known
                    .coming()
                    .map(|(at, coming)| l.alert_next(coming, self.when(at))),
            ),
        }
    }

    async fn notes(&self, conn: &mut Conn, known: &StoredAlert) -> Result<Vec<String>, Failure> {
        let (l, alert) = (self.l, &known.alert);
        let mut notes: Vec<String> = alert
            .lost
            .iter()
            .map(|lost| match lost.failed {
                true => l.alert_step_failed(lost.step + 1),
                false => l.alert_step_nobody(lost.step + 1),
            })
            .collect();
        notes.dedup();
        if let Some(reopened) = &alert.reopened {
            notes.push(l.alert_reopened(&reopened.by, self.when(reopened.at)));
        }
        let mut missing = Vec::new();
        for address in alert.missing(&known.policy) {
            missing.push(self.post(conn, address.as_str()).await?);
        }
        if !missing.is_empty() {
            notes.push(l.alert_missing(missing.join(l.list_joint())));
        }
        Ok(notes)
    }

    /// Names whoever has an address: by the post of his account, if he has one.
    pub(in crate::web) async fn post(&self, conn: &mut Conn, address: &str) -> Result<String, Failure> {
        Ok(match conn.post_of(address).await? {
            Some(post) => format!("{post} {address}"),
            None => address.to_owned(),
        })
    }

    fn counts(&self, content: &IncidentContent) -> Vec<(&'static str, String)> {
        let l = self.l;
        let count = |n: Option<u32>| n.map_or(l.alert_not_known().to_owned(), |n| l.alert_people(n));
        vec![
            (l.field_dead(), count(content.dead)),
            (l.field_injured(), count(content.injured)),
            (l.field_missing(), count(content.missing)),
        ]
    }

    fn times(&self, content: &IncidentContent, received: Timestamp) -> Vec<(&'static str, String)> {
        let l = self.l;
        let time =
            |at: Option<Timestamp>| at.map_or(l.alert_not_given().to_owned(), |at| l.moment(at, self.zone));
        vec![
            (l.field_occurred(), time(content.occurred)),
            (l.field_learned(), time(content.learned)),
            (l.alert_received(), l.moment_exact(received, self.zone)),
        ]
    }

    async fn label(&self, conn: &mut Conn, account: Option<i64>) -> Result<Option<String>, Failure> {
        let Some(id) = account else { return Ok(None) };
        let account = conn.account(AccountId(id)).await?;
        Ok(account.map(|account| account.label))
    }

    async fn answer(&self, conn: &mut Conn, answer: &Acknowledgement) -> Result<AnswerView, Failure> {
        let l = self.l;
        let address = answer.by_address.as_deref();
        let by = match (&answer.caller_post, answer.by_account, address) {
            (Some(post), ..) => post.clone(),
            (None, Some(_), _) => self.label(conn, answer.by_account).await?.unwrap_or_default(),
            (None, None, Some(address)) => self.post(conn, address).await?,
            (None, None, None) => String::new(),
        };
        let entered = self.label(conn, answer.entered_by).await?;
        let forwarded = (answer.via == "link" && answer.caller_post.is_some()).then_some(address);
        let at = answer.called_at.unwrap_or(answer.at);
        Ok(AnswerView {
            by,
            via: match answer.via.as_str() {
                "link" => l.alert_via_link(),
                "phone" => l.alert_via_phone(),
                _ => l.alert_via_page(),
            },
            time: from_millis(at).map(|at| self.when(at)).unwrap_or_default(),
            note: match (entered, forwarded.flatten()) {
                (Some(who), _) => Some(l.alert_entered_by(who)),
                (None, Some(address)) => Some(l.alert_forwarded(address)),
                (None, None) => None,
            },
            remark: answer.remark.clone(),
        })
    }

    /// Says who was told, by round of calls.
    pub(super) async fn calls(
        &self,
        conn: &mut Conn,
        known: &StoredAlert,
        letters: &[Posted],
    ) -> Result<Vec<CallView>, Failure> {
        let l = self.l;
        let mut calls: Vec<((i64, i64), CallView)> = Vec::new();
        for letter in letters {
            let key = (letter.pass.unwrap_or(0), letter.step.unwrap_or(0));
            let (colour, words) = stands(letter, l, self.zone);
            let line = (self.post(conn, &letter.address).await?, colour, words);
            if let Some((_, call)) = calls.iter_mut().find(|(known, _)| *known == key) {
                call.letters.push(line);
                continue;
            }
            let title = l.alert_call(key.0 + 1, key.1 + 1);
            let step = usize::try_from(key.1)
                .ok()
                .and_then(|at| known.policy.steps().get(at));
            let all = match step {
                Some(step) if step.ask == Ask::All => l.alert_asks_all(),
                _ => "",
            };
            let title = format!("{title}{all} · {}", self.when(letter.created));
            let letters = vec![line];
            calls.push((key, CallView { title, letters }));
        }
        Ok(calls.into_iter().map(|(_, call)| call).collect())
    }
}

/// Says how a letter stands: a colour and words.
pub(in crate::web) fn stands(letter: &Posted, l: Lang, zone: Tz) -> (&'static str, String) {
    match (letter.tray, letter.ended) {
        (Tray::Accepted, Some(at)) => ("good", l.alert_mail_accepted(l.time_exact(at, zone))),
        (Tray::Accepted, None) => ("good", l.tray_accepted().to_owned()),
        (Tray::Failed | Tray::Handled, _) => ("bad", l.alert_mail_failed().to_owned()),
        (Tray::Waiting, _) => ("wait", l.alert_mail_waiting().to_owned()),
        (Tray::Obsolete, _) => ("calm", l.alert_mail_obsolete().to_owned()),
        (Tray::Held, _) => ("wait", l.alert_mail_held().to_owned()),
    }
}
