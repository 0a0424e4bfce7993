//! Knows `[access]`: who may hold which roles together, what passwords must be, who needs a second factor.

use super::read::{Broken, Reader};
use super::value::{Like, Setting, Span, one_of};
use crate::domain::access::{Role, Separation};
use crate::domain::password::Profile;

/// `[access]`
#[derive(Debug, Clone)]
pub struct Access {
    pub separation: Separation,
    pub passwords: Profile,
    /// The roles whose holders need a second factor.
    pub second_factor: Vec<Role>,
    /// After so long without a sign-in an account is listed as unused.
    pub unused_after: Span,
}

impl Access {
    pub(super) fn read(r: &Reader<'_>) -> Result<Self, Broken> {
        Ok(Self {
            separation: r.get("access.separation")?,
            passwords: r.get("access.passwords")?,
            second_factor: r.list("access.second_factor")?,
            unused_after: r.within("access.unused_after", Span::days(1)..=Span::days(3650))?,
        })
    }

    /// Tells whether one of these roles asks for a second factor.
    pub fn asks_factor(&self, mut roles: impl Iterator<Item = Role>) -> bool {
        roles.any(|role| self.second_factor.contains(&role))
    }
}

impl Setting for Separation {
    const LIKE: Like = |l| one_of(l, &["strict", "relaxed"]);

    fn read(text: &str) -> Option<Self> {
        match text {
            "strict" => Some(Self::Strict),
            "relaxed" => Some(Self::Relaxed),
            _ => None,
        }
    }
}

impl Setting for Profile {
    const LIKE: Like = |l| one_of(l, &["asvs", "gbt22239"]);

    fn read(text: &str) -> Option<Self> {
        match text {
            "asvs" => Some(Self::Asvs),
            "gbt22239" => Some(Self::Gbt22239),
            _ => None,
        }
    }
}

impl Setting for Role {
    const LIKE: Like = |l| l.config_like_role().to_owned();

    fn read(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }
}
