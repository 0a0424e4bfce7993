//! `allclear privacy report`: what the database holds of persons, read from its own tables.

use super::context::Context;
use super::fail::{Exit, Fail};
use super::{Done, out};
use crate::config::Settings;
use crate::domain::language::Lang;
use crate::domain::privacy::{Column, TABLES, unclassified};

/// Says what is held, and compares that with the tables that there are.
pub(crate) async fn report(context: &Context) -> Done {
    let lang = context.lang;
    let settings = context.settings()?;
    let service = context.service().await?;
    let mut conn = service.store.read().await.map_err(Fail::from)?;
    let columns = conn.text_columns().await.map_err(Fail::from)?;
    let [accounts, contacts, phones, texts, letters] = conn.personal_counts().await.map_err(Fail::from)?;
    drop(conn);
    out::say(lang.privacy_lead());
    for line in [
        lang.privacy_accounts(accounts),
        lang.privacy_contacts(contacts),
        lang.privacy_phones(phones),
        lang.privacy_texts(texts),
        lang.privacy_letters(letters),
    ] {
        out::say(format!("  {line}"));
    }
    out::say("");
    out::say(lang.privacy_columns());
    for line in lines(lang, &settings) {
        out::say(format!("  {line}"));
    }
    out::say("");
    let found = columns
        .iter()
        .map(|(table, column)| (table.as_str(), column.as_deref()));
    let (new, gone) = unclassified(found);
    let tables = columns.iter().filter(|(_, column)| column.is_none()).count();
    match new.is_empty() && gone.is_empty() {
        true => {
            out::say(lang.privacy_proved(tables, columns.len() - tables));
            Ok(Exit::Good)
        }
        false => {
            for name in &new {
                out::warn(lang.privacy_unknown(name));
            }
            for name in &gone {
                out::warn(lang.privacy_gone(name));
            }
            Ok(Exit::Fault)
        }
    }
}

/// Says every column that may tell of a person: what it holds and how long it is kept.
fn lines(lang: Lang, settings: &Settings) -> Vec<String> {
    let mut lines = Vec::new();
    for table in TABLES {
        for (name, column) in table.columns.iter().filter(|(_, column)| column.is_personal()) {
            let what = match column {
                Column::Contact(_) => lang.privacy_contact(),
                Column::Text(_) => lang.privacy_text(),
                Column::Trace(_) | Column::Plain | Column::Secret => lang.privacy_trace(),
            };
            let kept = match (column.class(), table.name) {
                (Some(class), _) => match settings.retention.span(class) {
                    Some(span) => lang.privacy_kept(span),
                    None => lang.privacy_for_ever().to_owned(),
                },
                (None, "audit") => lang.privacy_for_ever().to_owned(),
                (None, _) => lang.privacy_with_its_row().to_owned(),
            };
            lines.push(format!("{}.{name}: {what}, {kept}", table.name));
        }
    }
    lines
}
