//! Knows the roles, how they are granted, and which two one account may not hold.

use crate::domain::unit::UnitPath;

/// What an account may be, over a unit and all below it, or (the last three) for the whole service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reports for the unit, by proxy for those below it.
    Reporter,
    /// Leads the unit.
    Head,
    /// Runs the chase: sees gaps, records phone reports, excuses, extends.
    DutyOfficer,
    /// Gets urgent reports and acknowledges them.
    Leader,
    /// Settings, units, backup.
    SystemAdministrator,
    /// Accounts, roles, locks.
    SecurityAdministrator,
    /// Reads the audit log; nobody else does.
    Auditor,
}

/// Says that a text is not a role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a role")]
pub struct UnknownRole(String);

impl Role {
    pub const ALL: [Self; 7] = [
        Self::Reporter,
        Self::Head,
        Self::DutyOfficer,
        Self::Leader,
        Self::SystemAdministrator,
        Self::SecurityAdministrator,
        Self::Auditor,
    ];

    /// Gives the word that the database and the command line use.
    pub fn code(self) -> &'static str {
        match self {
            Self::Reporter => "reporter",
            Self::Head => "head",
            Self::DutyOfficer => "duty_officer",
            Self::Leader => "leader",
            Self::SystemAdministrator => "system_administrator",
            Self::SecurityAdministrator => "security_administrator",
            Self::Auditor => "auditor",
        }
    }

    /// Tells whether the role is for the whole service, not over a unit.
    pub fn is_whole(self) -> bool {
        matches!(
            self,
            Self::SystemAdministrator | Self::SecurityAdministrator | Self::Auditor
        )
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::str::FromStr for Role {
    type Err = UnknownRole;
    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        let known = Self::ALL.into_iter().find(|r| r.code() == text);
        known.ok_or_else(|| UnknownRole(text.chars().take(40).collect()))
    }
}

/// A role, over a unit and all below it or for the whole service.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Grant {
    role: Role,
    over: Option<UnitPath>,
}

/// Why a grant, or a set of them, cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    #[error("the role {0} is held over a unit; name the unit")]
    NeedsUnit(Role),
    #[error("the role {0} is for the whole service; it takes no unit")]
    TakesNoUnit(Role),
    #[error("one account may not be both {0} and {1}")]
    Separated(Role, Role),
}

impl Grant {
    /// Checks that a role over units names one, and that a role for the whole service names none.
    pub fn new(role: Role, over: Option<UnitPath>) -> Result<Self, GrantError> {
        match (role.is_whole(), &over) {
            (false, None) => Err(GrantError::NeedsUnit(role)),
            (true, Some(_)) => Err(GrantError::TakesNoUnit(role)),
            _ => Ok(Self { role, over }),
        }
    }

    pub fn role(&self) -> Role {
        self.role
    }

    pub fn over(&self) -> Option<&UnitPath> {
        self.over.as_ref()
    }
}

/// Whether one account may hold two of the roles that are for the whole service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Separation {
    #[default]
    Strict,
    Relaxed,
}

impl Separation {
    /// Checks the roles of one account.
    pub fn check(self, roles: impl IntoIterator<Item = Role>) -> Result<(), GrantError> {
        let mut held = None;
        for role in roles.into_iter().filter(|r| r.is_whole()) {
            match held {
                Some(other) if other != role && self == Self::Strict => {
                    return Err(GrantError::Separated(other, role));
                }
                _ => held = Some(role),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn village() -> UnitPath {
        UnitPath::parse("/1/32/600/").unwrap()
    }

    #[test]
    fn a_role_reads_back_what_it_writes() {
        for role in Role::ALL {
            assert_eq!(role.code().parse(), Ok(role));
        }
        assert!("root".parse::<Role>().is_err());
    }

    #[test]
    fn a_role_over_units_names_one_and_a_role_for_the_service_names_none() {
        for role in Role::ALL {
            assert_eq!(Grant::new(role, None).is_ok(), role.is_whole(), "{role}");
            assert_eq!(
                Grant::new(role, Some(village())).is_ok(),
                !role.is_whole(),
                "{role}"
            );
        }
    }

    #[test]
    fn strict_separation_forbids_two_of_the_three_on_one_account() {
        let whole = [
            Role::SystemAdministrator,
            Role::SecurityAdministrator,
            Role::Auditor,
        ];
        for a in whole {
            assert_eq!(
                Separation::Strict.check([a, a, Role::Leader, Role::Reporter]),
                Ok(())
            );
            for b in whole.into_iter().filter(|b| *b != a) {
                let mixed = [Role::Head, a, Role::Leader, b];
                assert_eq!(Separation::Strict.check(mixed), Err(GrantError::Separated(a, b)));
                assert_eq!(Separation::Relaxed.check(mixed), Ok(()));
            }
        }
    }
}
