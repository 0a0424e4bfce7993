//! Says today at a glance: each round of the day in one line, for a leader.

use super::load::{concerns, ground, neighbours};
use crate::domain::access::{Actor, Deed};
use crate::domain::tally::Tally;
use crate::domain::time::local_day;
use crate::i18n::Lang;
use crate::service::{Error, Service};
use crate::web::board::when;

/// How many rounds are shown.
const SHOWN: usize = 4;

/// One round of today.
#[derive(Debug)]
pub(in crate::web) struct Glance {
    pub(in crate::web) label: String,
    pub(in crate::web) due: String,
    pub(in crate::web) href: String,
    /// The conclusion, in words: what was expected, what came.
    pub(in crate::web) line: String,
    /// How many have not reported.
    pub(in crate::web) unmet: u64,
    /// Where they are listed.
    pub(in crate::web) unmet_href: String,
    /// Whether its deadline has passed.
    pub(in crate::web) is_due: bool,
}

/// Gives the rounds of today where an actor may look, the nearest deadline last; drills are not among them.
pub(in crate::web) async fn today(app: &Service, actor: &Actor, l: Lang) -> Result<Vec<Glance>, Error> {
    let (now, zone) = (app.now(), app.settings.service.zone);
    let day = local_day(now, zone);
    let ground = ground(app, actor, Deed::SeeBoard, None).await?;
    let mut conn = app.store.read().await?;
    let mut rounds = conn
        .board_rounds(now - chrono::TimeDelta::hours(24), None, None)
        .await?;
    rounds.retain(|round| !round.stored.round.drill && concerns(&ground, round));
    let mut today = Vec::new();
    for place in 0..rounds.len() {
        let round = &rounds[place].stored.round;
        if round.day != day && !(round.window.opens() <= now && now < round.window.closes()) {
            continue;
        }
        let Some((id, near)) = neighbours(&rounds, Some(place)) else {
            continue;
        };
        let counts = app.board_counts(&mut conn, id, &near, &ground.spans).await?;
        let total: Tally = counts.iter().map(|count| count.tally).sum();
        let unmet = total.unmet();
        today.push(Glance {
            label: round.label.clone(),
            due: when(l, round.window.due(), now, zone),
            href: format!("/board?round={id}"),
            line: l.glance_line(total.expected, total.received(), total.all_clear, total.incidents),
            unmet,
            unmet_href: format!("/board?round={id}&standing=unmet"),
            is_due: now >= round.window.on_time_until(),
        });
    }
    today.truncate(SHOWN);
    Ok(today)
}
