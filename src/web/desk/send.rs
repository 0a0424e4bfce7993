//! Makes a submission of a form.

use uuid::Uuid;

use super::place::Place;
use crate::domain::checkin::{Author, Content, Door, Provenance, Submission};
use crate::domain::ids::{DeviceId, ObligationId};
use crate::domain::time::{Timestamp, from_millis};
use crate::web::Fields;

/// Gives the key that the page carried; a form that lost it gets a new one.
pub(super) fn uuid(fields: &Fields) -> Uuid {
    fields.read("uuid").unwrap_or_else(Uuid::new_v4)
}

/// Gives when a workstation without a connection wrote the report; a time that is still to come says nothing.
pub(in crate::web) fn claimed(fields: &Fields) -> Option<Timestamp> {
    let at = fields.read("claimed").and_then(from_millis)?;
    (at <= fields.received).then_some(at)
}

/// Gives that time as the next form carries it on.
pub(in crate::web) fn carried(fields: &Fields) -> String {
    claimed(fields).map_or_else(String::new, |at| at.timestamp_millis().to_string())
}

/// Gives by what way a unit's own report came.
pub(in crate::web) fn provenance(claimed: Option<Timestamp>) -> Provenance {
    claimed.map_or(Provenance::Own, |_| Provenance::Offline)
}

/// Makes the submission; the service itself names its author.
pub(super) fn submission(place: &Place, fields: &Fields, content: Content) -> Submission {
    let reason = fields.get("reason").trim();
    let claimed = claimed(fields);
    Submission {
        uuid: uuid(fields),
        unit: place.unit,
        obligation: fields.read("obligation").map(ObligationId),
        follows: None,
        content,
        provenance: provenance(claimed),
        author: Author::Device(DeviceId(0)),
        received: fields.received,
        claimed,
        reason: (!reason.is_empty()).then(|| reason.to_owned()),
        caller: None,
        via: Door::Page,
    }
}
