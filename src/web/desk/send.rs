//! Makes a submission of a form.

use uuid::Uuid;

use super::place::Place;
use crate::domain::checkin::{Author, Content, Door, Provenance, Submission};
use crate::domain::ids::{DeviceId, ObligationId};
use crate::web::Fields;

/// Gives the key that the page carried; a form that lost it gets a new one.
pub(super) fn uuid(fields: &Fields) -> Uuid {
    fields.read("uuid").unwrap_or_else(Uuid::new_v4)
}

/// Makes the submission; the service itself names its author.
pub(super) fn submission(place: &Place, fields: &Fields, content: Content) -> Submission {
    let reason = fields.get("reason").trim();
    Submission {
        uuid: uuid(fields),
        unit: place.unit,
        obligation: fields.read("obligation").map(ObligationId),
        follows: None,
        content,
        provenance: Provenance::Own,
        author: Author::Device(DeviceId(0)),
        received: fields.received,
        claimed: None,
        reason: (!reason.is_empty()).then(|| reason.to_owned()),
        caller: None,
        via: Door::Page,
    }
}
