//! Takes the report of a parent after its units: `POST /api/v1/roll-ups`. The service counts; the sender says for which
//! obligation, and why, where that is needed.

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;

use super::body::receive;
use super::caller::Caller;
use super::check_in::{answer, key_and_id};
use super::fields::Faults;
use super::view::UnitView;
use super::{App, Problem};
use crate::domain::checkin::Door;
use crate::domain::ids::ObligationId;
use crate::domain::roll_up::RollUp;
use crate::domain::unit::UnitTree;

/// What a roll-up says.
#[derive(Debug, Serialize)]
pub(super) struct RollUpView {
    expected: u32,
    all_clear: u32,
    incidents: u32,
    late: u32,
    excused: u32,
    /// Those that had not reported.
    missing: Vec<UnitView>,
}

impl RollUpView {
    pub(super) fn of(counts: &RollUp, tree: &UnitTree) -> Self {
        let missing = counts.missing.iter();
        Self {
            expected: counts.expected,
            all_clear: counts.all_clear,
            incidents: counts.incidents,
            late: counts.late,
            excused: counts.excused,
            missing: missing.filter_map(|unit| UnitView::of(tree, *unit)).collect(),
        }
    }
}

/// Sends it with the counts of this moment.
pub(super) async fn send(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let (object, received) = receive(&app, &headers, body, caller.l).await?;
    let mut faults = Faults::new(caller.l);
    let (mut fields, id) = key_and_id(object, &headers, &mut faults);
    let obligation = fields.id("obligation").map(ObligationId);
    let obligation = fields.needed("obligation", obligation);
    let reason = fields.text("reason").unwrap_or_default();
    fields.end();
    let (Some(uuid), Some(obligation), true) = (id, obligation, faults.errors.is_empty()) else {
        return Err(Problem::invalid(caller.l, faults.errors));
    };
    let outcome = app
        .send_roll_up(&caller.actor, obligation, (uuid, received), &reason, Door::Api)
        .await;
    Ok(answer(&outcome.map_err(caller.failed(&app))?, caller.l))
}
