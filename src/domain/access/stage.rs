//! Knows what a sign-in still lacks after its first proof: a code, a second factor, a password of one's own.

/// What a session waits for before it opens anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// A code of the account's second factor.
    Code,
    /// The setting up of a second factor, which one of the account's roles asks for.
    Enrol,
    /// A new password: there is none yet, or the old one is over.
    Password,
}

/// What decides it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lacks {
    /// A second factor was set up.
    pub has_factor: bool,
    /// A role of the account asks for one.
    pub needs_factor: bool,
    /// A code of it was right in this sign-in.
    pub proved_factor: bool,
    /// A new password has to be set.
    pub needs_password: bool,
}

impl Stage {
    pub const ALL: [Self; 3] = [Self::Code, Self::Enrol, Self::Password];

    /// Gives what comes next; `None` when the session is whole.
    pub fn next(lacks: Lacks) -> Option<Self> {
        match lacks {
            Lacks {
                has_factor: true,
                proved_factor: false,
                ..
            } => Some(Self::Code),
            Lacks {
                has_factor: false,
                needs_factor: true,
                ..
            } => Some(Self::Enrol),
            Lacks {
                needs_password: true, ..
            } => Some(Self::Password),
            _ => None,
        }
    }

    /// Gives the word that the database keeps.
    pub fn code(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Enrol => "enrol",
            Self::Password => "password",
        }
    }

    /// Reads that word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.code() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_session_is_whole_while_a_factor_or_a_password_is_lacking() {
        for bits in 0u8..16 {
            let has = |bit: u8| bits & (1 << bit) != 0;
            let lacks = Lacks {
                has_factor: has(0),
                needs_factor: has(1),
                proved_factor: has(2),
                needs_password: has(3),
            };
            let whole = Stage::next(lacks).is_none();
            assert!(!whole || !lacks.has_factor || lacks.proved_factor);
            assert!(!whole || !lacks.needs_factor || lacks.has_factor);
            assert!(!whole || !lacks.needs_password);
            // A password is never set by somebody who has not proved what he can.
            if Stage::next(lacks) == Some(Stage::Password) {
                assert!(!lacks.has_factor || lacks.proved_factor);
            }
        }
        for stage in Stage::ALL {
            assert_eq!(Stage::parse(stage.code()), Some(stage));
        }
        assert_eq!(Stage::parse(""), None);
    }
}
