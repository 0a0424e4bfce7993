//! Knows what a route asks of whoever comes, before it looks at any unit.

use super::{Actor, Deed, Identity, Role, permit};

/// What a route asks before anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Open without a session: sign-in, health, style sheets, signed links.
    Anyone,
    /// Somebody whose first proof was right and whose session awaits more; it is no actor yet.
    Halfway,
    /// A bound workstation, or a person who reports for or leads a unit.
    Device,
    /// Any signed-in person.
    SignedIn,
    /// A signed-in person with one of these roles.
    Roles(&'static [Role]),
    /// A signed-in person who may do this deed somewhere.
    May(Deed),
    /// Another system with an API token.
    Token,
}

impl Door {
    /// Tells whether the door opens for an actor, or for somebody without a session.
    pub fn admits(self, actor: Option<&Actor>) -> bool {
        let Some(actor) = actor else {
            return self == Self::Anyone;
        };
        match (self, actor.identity) {
            (Self::Anyone, _) | (Self::Device, Identity::Device(_)) | (Self::Token, Identity::Token(_)) => {
                true
            }
            (Self::Device, Identity::Account(_)) => actor.is_any(&[Role::Reporter, Role::Head]),
            (Self::SignedIn, Identity::Account(_)) => true,
            (Self::May(deed), Identity::Account(_)) => permit(actor, deed).is_ok(),
            (Self::Roles(roles), Identity::Account(_)) => actor.is_any(roles),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access::Grant;
    use crate::domain::ids::{AccountId, DeviceId};
    use crate::domain::unit::UnitPath;

    fn actor(identity: Identity, role: Role) -> Actor {
        let over = (!role.is_whole()).then(|| UnitPath::parse("/1/32/").unwrap());
        Actor {
            identity,
            grants: vec![Grant::new(role, over).unwrap()],
            label: String::new(),
        }
    }

    #[test]
    fn without_a_session_only_the_open_door_opens() {
        let doors = [
            Door::Device,
            Door::SignedIn,
            Door::Roles(&Role::ALL),
            Door::May(Deed::SeeBoard),
            Door::Token,
        ];
        assert!(doors.iter().all(|d| !d.admits(None)));
        assert!(Door::Anyone.admits(None));
    }

    #[test]
    fn each_identity_passes_its_own_doors() {
        let opens = |identity, role| {
            let actor = actor(identity, role);
            let doors = [
                Door::Anyone,
                Door::Device,
                Door::SignedIn,
                Door::Roles(&[Role::Reporter, Role::Leader]),
                Door::May(Deed::SeeUrgent),
                Door::Token,
            ];
            doors.map(|d| u8::from(d.admits(Some(&actor))))
        };
        let account = Identity::Account(AccountId(1));
        assert_eq!(opens(account, Role::Reporter), [1, 1, 1, 1, 0, 0]);
        assert_eq!(opens(account, Role::Leader), [1, 0, 1, 1, 1, 0]);
        assert_eq!(opens(account, Role::Auditor), [1, 0, 1, 0, 0, 0]);
        assert_eq!(
            opens(Identity::Device(DeviceId(1)), Role::Reporter),
            [1, 1, 0, 0, 0, 0]
        );
        assert_eq!(opens(Identity::Token(1), Role::Leader), [1, 0, 0, 0, 0, 1]);
    }
}
