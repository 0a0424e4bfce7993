//! Knows whom to write to and whom to ring at a unit: posts and work addresses, never names of persons.

use serde::{Deserialize, Serialize};

use crate::domain::address::Address;

/// How a unit is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contacts {
    /// The post that is on duty: 村值班岗.
    pub duty_post: Option<String>,
    /// The office telephone, as people write it.
    pub phone: Option<String>,
    pub reporter: Vec<Address>,
    pub backup: Vec<Address>,
    pub head: Vec<Address>,
}
