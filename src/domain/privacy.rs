//! Knows what every column of the database holds of persons, and for how long it is kept; a test compares it with
//! the tables, so a column that nobody has thought about is not merged.
//!
//! A column of numbers holds ids, instants, counts and marks; by itself it tells of nobody and is not listed.

use Column::{Contact, Plain, Secret, Text, Trace};

/// What is kept for a time only, each for a time of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// What people wrote: texts of reports, reasons, notes, remarks. What happened, when and how often stays.
    Texts,
    /// The sealed bytes of mails that were sent.
    Mails,
    /// The addresses of letters and the words of mail servers. That a letter was accepted stays.
    Letters,
    /// Sessions, links and slips that ended, and failures at doors.
    Access,
}

impl Class {
    pub const ALL: [Self; 4] = [Self::Texts, Self::Mails, Self::Letters, Self::Access];

    /// Gives the word that settings and the audit use.
    pub fn code(self) -> &'static str {
        match self {
            Self::Texts => "texts",
            Self::Mails => "mails",
            Self::Letters => "letters",
            Self::Access => "access",
        }
    }
}

/// What a column of texts holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Codes, names of units and periods, days, JSON without free text.
    Plain,
    /// How a duty post or an account holder is called and reached; kept as long as the post or account, or as long
    /// as a class says.
    Contact(Option<Class>),
    /// What somebody typed; ID numbers are masked before it is stored.
    Text(Option<Class>),
    /// Who did something, or from where.
    Trace(Option<Class>),
    /// A hash, or sealed with the key file: it opens nothing and tells nothing.
    Secret,
}

/// A table with its columns of texts.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    pub name: &'static str,
    pub columns: &'static [(&'static str, Column)],
}

const fn table(name: &'static str, columns: &'static [(&'static str, Column)]) -> Table {
    Table { name, columns }
}

const TEXTS: Option<Class> = Some(Class::Texts);
const LETTERS: Option<Class> = Some(Class::Letters);
const ACCESS: Option<Class> = Some(Class::Access);

/// Every table. There is none of residents, patients or any other persons who are reported on.
pub const TABLES: &[Table] = &[
    // Units and their posts.
    table("unit", &[]),
    table(
        "unit_version",
        &[("path", Plain), ("code", Plain), ("name", Plain), ("kind", Plain)],
    ),
    table("lineage", &[("kind", Plain), ("reason", Text(None))]),
    table("contact", &[("purpose", Plain), ("address", Contact(None))]),
    table("duty_post", &[("post", Contact(None)), ("phone", Contact(None))]),
    table(
        "bad_address",
        &[("address", Contact(None)), ("words", Contact(None))],
    ),
    table(
        "unit_import",
        &[
            ("by_label", Trace(None)),
            ("reason", Text(None)),
            ("trail", Contact(ACCESS)),
        ],
    ),
    // The duty roster.
    table(
        "duty_shift",
        &[
            ("day", Plain),
            ("role", Plain),
            ("post", Contact(None)),
            ("address", Contact(None)),
            ("phone", Contact(None)),
        ],
    ),
    table(
        "duty_stand_in",
        &[
            ("absent", Contact(None)),
            ("post", Contact(None)),
            ("address", Contact(None)),
            ("phone", Contact(None)),
        ],
    ),
    table(
        "duty_swap",
        &[
            ("role", Plain),
            ("day", Plain),
            ("address", Contact(None)),
            ("other_day", Plain),
            ("other_address", Contact(None)),
            ("reason", Text(TEXTS)),
        ],
    ),
    // A bulletin counts and names units; who is on duty stands beside it and goes with the texts.
    table(
        "bulletin",
        &[
            ("path", Plain),
            ("day", Plain),
            ("content", Plain),
            ("digest", Secret),
            ("duty", Contact(TEXTS)),
            ("salt", Secret),
        ],
    ),
    table("duty_note", &[("text", Text(TEXTS))]),
    table("duty_handover", &[("desk", Text(TEXTS))]),
    table("duty_feed", &[("address", Contact(None)), ("token_hash", Secret)]),
    // Access.
    table(
        "account",
        &[
            ("login", Contact(None)),
            ("label", Contact(None)),
            ("address", Contact(None)),
            ("language", Plain),
            ("password", Secret),
        ],
    ),
    table("role_grant", &[("role", Plain)]),
    table("device", &[("label", Contact(None)), ("token_hash", Secret)]),
    table("device_unit", &[]),
    table("slip", &[("code_hash", Secret), ("way", Plain)]),
    table("sign_in_link", &[("token_hash", Secret), ("purpose", Plain)]),
    table(
        "session",
        &[
            ("token_hash", Secret),
            ("how", Plain),
            ("browser", Trace(ACCESS)),
            ("awaits", Plain),
        ],
    ),
    table(
        "api_token",
        &[("token_hash", Secret), ("label", Contact(None)), ("scope", Plain)],
    ),
    table("throttle", &[("door", Plain), ("subject", Trace(ACCESS))]),
    table("second_factor", &[("secret", Secret)]),
    table("recovery_code", &[("code_hash", Secret)]),
    table("former_password", &[("password", Secret)]),
    // Periods, rounds, obligations.
    table("ladder", &[("name", Plain), ("steps", Plain)]),
    table(
        "period",
        &[
            ("name", Plain),
            ("basis", Plain),
            ("level", Plain),
            ("scope", Plain),
        ],
    ),
    table(
        "round_rule",
        &[
            ("label", Plain),
            ("opens", Plain),
            ("due", Plain),
            ("closes", Plain),
            ("days", Plain),
            ("valid_from", Plain),
            ("valid_until", Plain),
        ],
    ),
    table(
        "round",
        &[
            ("business_date", Plain),
            ("label", Plain),
            ("level", Plain),
            ("seal", Plain),
        ],
    ),
    table(
        "obligation",
        &[
            ("path", Plain),
            ("kind", Plain),
            ("subject", Plain),
            ("business_date", Plain),
            ("provenance", Plain),
            ("content", Plain),
            ("claim", Plain),
        ],
    ),
    table("obligation_source", &[]),
    table("wall_link", &[("label", Contact(None)), ("key_hash", Secret)]),
    table("spot_check", &[("result", Plain), ("note", Text(TEXTS))]),
    table("excusal", &[("reason", Text(TEXTS))]),
    table("extension", &[("reason", Text(TEXTS))]),
    table("outage", &[("cause", Plain)]),
    // Reports and incidents.
    table(
        "incident",
        &[("path", Plain), ("class", Plain), ("severity", Plain)],
    ),
    table(
        "check_in",
        &[
            ("uuid", Plain),
            ("kind", Plain),
            ("provenance", Plain),
            ("author", Trace(None)),
            ("door", Plain),
            ("reason", Text(TEXTS)),
            ("caller_post", Contact(TEXTS)),
            ("review", Plain),
            ("facts", Plain),
            ("narrative", Text(TEXTS)),
            ("salt", Secret),
            ("text_digest", Secret),
            ("digest", Secret),
        ],
    ),
    table("redaction", &[("reason", Text(TEXTS))]),
    table("incident_report", &[("kind", Plain)]),
    table("incident_event", &[("kind", Plain), ("reason", Text(TEXTS))]),
    table(
        "finding",
        &[
            ("kind", Plain),
            ("path", Plain),
            ("note", Text(TEXTS)),
            ("reply", Text(TEXTS)),
            ("replied_by", Trace(None)),
        ],
    ),
    table(
        "plan",
        &[
            ("class", Plain),
            ("severity", Plain),
            ("zh", Text(None)),
            ("en", Text(None)),
        ],
    ),
    table("class_list", &[("list", Text(None))]),
    table("plan_tick", &[("author", Trace(None))]),
    table(
        "alert",
        &[
            ("policy", Contact(None)),
            ("progress", Contact(None)),
            ("red", Plain),
        ],
    ),
    // Chase and outbox.
    table("chase", &[("progress", Plain), ("firing", Plain)]),
    table(
        "letter",
        &[
            ("dedup_key", Contact(LETTERS)),
            ("kind", Plain),
            ("address", Contact(LETTERS)),
            ("language", Plain),
            ("details", Plain),
            ("message_id", Plain),
            ("state", Plain),
            ("lease", Plain),
            ("frozen", Secret),
            ("failure", Plain),
            ("token_hash", Secret),
        ],
    ),
    table("letter_item", &[]),
    table(
        "letter_attempt",
        &[("stage", Plain), ("outcome", Plain), ("words", Contact(LETTERS))],
    ),
    table("gap", &[("reason", Plain)]),
    table("relay", &[("words", Contact(None))]),
    table(
        "acknowledgement",
        &[
            ("via", Plain),
            ("by_address", Contact(LETTERS)),
            ("caller_post", Contact(TEXTS)),
            ("remark", Text(TEXTS)),
        ],
    ),
    table(
        "contact_attempt",
        &[("how", Plain), ("result", Plain), ("note", Text(TEXTS))],
    ),
    // The service about itself.
    table(
        "audit",
        &[
            ("actor", Trace(None)),
            ("deed", Plain),
            ("subject", Trace(None)),
            ("detail", Trace(None)),
            ("hash", Plain),
        ],
    ),
    table("audit_head", &[("hash", Plain)]),
    table("heartbeat", &[("instance", Plain)]),
    table("deployment", &[("uuid", Plain)]),
];

impl Column {
    /// Tells whether it may tell of a person.
    pub fn is_personal(self) -> bool {
        !matches!(self, Plain | Secret)
    }

    /// Gives the class by which it is removed; `None`: kept with what it belongs to.
    pub fn class(self) -> Option<Class> {
        match self {
            Contact(class) | Text(class) | Trace(class) => class,
            Plain | Secret => None,
        }
    }
}

/// Compares the columns of texts that a database has with this table: gives those that are not classified here, and
/// those here that are not there.
pub fn unclassified<'a>(
    found: impl IntoIterator<Item = (&'a str, Option<&'a str>)>,
) -> (Vec<String>, Vec<String>) {
    let mut known: Vec<String> = Vec::new();
    for table in TABLES {
        known.push(table.name.to_owned());
        known.extend(
            table
                .columns
                .iter()
                .map(|(column, _)| format!("{}.{column}", table.name)),
        );
    }
    let name = |(table, column): (&str, Option<&str>)| match column {
        Some(column) => format!("{table}.{column}"),
        None => table.to_owned(),
    };
    let found: Vec<String> = found.into_iter().map(name).collect();
    let new = found.iter().filter(|name| !known.contains(name));
    let gone = known.iter().filter(|name| !found.contains(name));
    (new.cloned().collect(), gone.cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_nobody_thought_about_and_one_that_is_gone_are_both_told() {
        let (new, gone) = unclassified([
            ("unit", None),
            ("person", None),
            ("unit_version", Some("nickname")),
        ]);
        assert_eq!(new, ["person", "unit_version.nickname"]);
        assert!(gone.contains(&"account".to_owned()) && gone.contains(&"check_in.narrative".to_owned()));
        assert!(!gone.contains(&"unit".to_owned()));
    }

    #[test]
    fn no_table_and_no_column_stands_twice() {
        let mut names: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
        for table in TABLES {
            let mut columns: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
            columns.sort_unstable();
            columns.dedup();
            assert_eq!(columns.len(), table.columns.len(), "{}", table.name);
        }
    }
}
