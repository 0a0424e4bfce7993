//! `allclear check`: looks at everything that the service leans on, a line each.

use std::path::Path;

use chrono::{Datelike, Offset, TimeDelta, TimeZone};
use secrecy::ExposeSecret;

use super::context::{self, Context, clock, full};
use super::fail::{Exit, Fail};
use super::{Done, mail, out};
use crate::config::{Engine, Settings};
use crate::domain::language::Lang;
use crate::domain::time::from_millis;
use crate::mail::{Client, Relay};
use crate::service::disk;
use crate::service::verify::{self, Walk};
use crate::store::{Lock, Schema, Store};
use crate::web::{self, Doubt};

/// How a line turned out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Good,
    Warning,
    Fault,
}

/// The lines so far.
struct Sheet {
    lang: Lang,
    worst: Mark,
}

impl Sheet {
    fn line(&mut self, mark: Mark, subject: &str, sentence: impl std::fmt::Display) {
        let word = match mark {
            Mark::Good => self.lang.cli_check_good(),
            Mark::Warning => self.lang.cli_check_warning(),
            Mark::Fault => self.lang.cli_check_fault(),
        };
        out::say(format!("{word}\t{subject}\t{sentence}"));
        self.worst = self.worst.max(mark);
    }
}

/// Looks at everything, and ends with 1 when there is a fault.
pub(crate) async fn run(context: &Context) -> Done {
    let lang = context.lang;
    let mut sheet = Sheet {
        lang,
        worst: Mark::Good,
    };
    match context.settings() {
        Err(Fail::Settings(faults)) => {
            for sentence in faults.sentences(lang) {
                sheet.line(Mark::Fault, lang.cli_check_settings(), sentence);
            }
        }
        Err(fail) => return Err(fail),
        Ok(settings) => {
            of_settings(&mut sheet, context, &settings);
            key(&mut sheet, &full(&settings.seal.key_file));
            certificate(&mut sheet, &settings);
            room(&mut sheet, &full(&settings.service.data_dir));
            zone(&mut sheet, &settings);
            database(&mut sheet, context, &settings).await;
            relay(&mut sheet, &settings).await;
        }
    }
    Ok(match sheet.worst {
        Mark::Fault => Exit::Fault,
        Mark::Good | Mark::Warning => Exit::Good,
    })
}

fn of_settings(sheet: &mut Sheet, context: &Context, settings: &Settings) {
    let subject = sheet.lang.cli_check_settings();
    match &context.sources.file {
        Some(file) => sheet.line(
            Mark::Good,
            subject,
            sheet.lang.cli_check_file(full(file).display()),
        ),
        None => sheet.line(Mark::Warning, subject, sheet.lang.cli_check_no_file()),
    }
    for warning in settings.warnings(sheet.lang) {
        sheet.line(Mark::Warning, subject, warning);
    }
    let lists = [
        settings.calendar().map(|_| ()),
        settings.incident_classes().map(|_| ()),
    ];
    for faults in lists.into_iter().filter_map(Result::err) {
        for sentence in faults.sentences(sheet.lang) {
            sheet.line(Mark::Fault, subject, sentence);
        }
    }
}

fn key(sheet: &mut Sheet, file: &Path) {
    let (lang, subject) = (sheet.lang, sheet.lang.cli_check_key());
    if !file.exists() {
        return sheet.line(Mark::Warning, subject, lang.cli_check_key_none(file.display()));
    }
    match crate::config::keys(file) {
        Err(faults) => faults
            .sentences(lang)
            .iter()
            .for_each(|one| sheet.line(Mark::Fault, subject, one)),
        Ok(_) if is_open_to_others(file) => {
            sheet.line(Mark::Fault, subject, lang.cli_check_key_open(file.display()));
        }
        Ok(_) => sheet.line(Mark::Good, subject, file.display()),
    }
}

fn certificate(sheet: &mut Sheet, settings: &Settings) {
    let (lang, subject) = (sheet.lang, sheet.lang.cli_check_tls());
    let Some(files) = &settings.web.tls else { return };
    let certificate = match web::Certificate::read(files) {
        Ok(certificate) => certificate,
        Err(error) => return sheet.line(Mark::Fault, subject, error.words(lang)),
    };
    if is_open_to_others(&files.key) {
        sheet.line(Mark::Fault, subject, lang.cli_check_key_open(files.key.display()));
    }
    let host = settings.host();
    let doubts = certificate.doubts(host, clock().now());
    for doubt in &doubts {
        match doubt {
            Doubt::Expired => sheet.line(Mark::Fault, subject, lang.tls_expired()),
            Doubt::EndsSoon => sheet.line(Mark::Warning, subject, lang.tls_ends_soon()),
            Doubt::OtherName => sheet.line(Mark::Warning, subject, lang.tls_other_name(host)),
        }
    }
    if doubts.is_empty() {
        sheet.line(Mark::Good, subject, files.certificate.display());
    }
}

#[cfg(unix)]
fn is_open_to_others(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
    false
}

fn room(sheet: &mut Sheet, folder: &Path) {
    let (lang, subject) = (sheet.lang, sheet.lang.cli_check_disk());
    match disk::free(folder) {
        Err(error) => sheet.line(Mark::Fault, subject, lang.file_error(folder, &error)),
        Ok(bytes) => {
            let mark = match bytes {
                0..disk::TOO_LITTLE => Mark::Fault,
                disk::TOO_LITTLE..disk::LITTLE => Mark::Warning,
                _ => Mark::Good,
            };
            sheet.line(mark, subject, lang.cli_check_room(bytes >> 20, folder.display()));
        }
    }
}

fn zone(sheet: &mut Sheet, settings: &Settings) {
    let (lang, now, zone) = (sheet.lang, clock().now(), settings.service.zone);
    let offset = zone.offset_from_utc_datetime(&now.naive_utc()).fix();
    let local = lang.moment_exact(now, zone);
    sheet.line(
        Mark::Good,
        lang.cli_check_zone(),
        lang.cli_check_zone_now(zone, offset, local),
    );
    let year = now.with_timezone(&zone).year();
    if settings.calendar().is_ok_and(|calendar| !calendar.known(year)) {
        sheet.line(
            Mark::Warning,
            lang.cli_check_zone(),
            lang.cli_period_holidays(year),
        );
    }
}

async fn database(sheet: &mut Sheet, context: &Context, settings: &Settings) {
    let (lang, subject) = (sheet.lang, sheet.lang.cli_check_database());
    if let Engine::Sqlite { file } = &settings.database.engine
        && !file.exists()
    {
        return sheet.line(Mark::Warning, subject, lang.cli_no_database(full(file).display()));
    }
    let url = settings.database.engine.url();
    let store = match Store::open(url.expose_secret(), context::options(settings)).await {
        Ok(store) => store,
        Err(error) => {
            let fail = Fail::Store(error);
            return sheet.line(
                Mark::Fault,
                subject,
                fail.sentences(lang, context.zone()).join(" "),
            );
        }
    };
    if let Err(error) = look(sheet, &store).await {
        sheet.line(
            Mark::Fault,
            subject,
            error.sentences(lang, context.zone()).join(" "),
        );
    }
}

async fn look(sheet: &mut Sheet, store: &Store) -> Result<(), Fail> {
    let (lang, subject) = (sheet.lang, sheet.lang.cli_check_database());
    let engine = match store.engine() {
        crate::store::Engine::Sqlite => "SQLite",
        crate::store::Engine::Postgres => "PostgreSQL",
    };
    let mut conn = store.read().await?;
    match conn.schema().await? {
        Schema::Current => sheet.line(Mark::Good, subject, lang.cli_check_current(engine)),
        Schema::Behind(steps) => {
            sheet.line(Mark::Warning, subject, lang.cli_check_behind(steps));
            return Ok(());
        }
        Schema::Newer => {
            sheet.line(Mark::Fault, subject, lang.cli_newer());
            return Ok(());
        }
    }
    for wrong in conn.unsound().await? {
        sheet.line(Mark::Fault, subject, wrong);
    }
    if conn
        .deployment()
        .await?
        .is_some_and(|deployment| deployment.restored_at.is_some())
    {
        sheet.line(Mark::Warning, subject, lang.cli_check_restored());
    }
    let now = clock().now();
    let server = conn.clock().await?.and_then(from_millis);
    let apart = server.map(|server| (server - now).abs()).unwrap_or_default();
    let beat = conn.last_beat().await?.and_then(from_millis);
    chain(sheet, verify::chain(&mut conn, None).await?);
    drop(conn);
    if apart > TimeDelta::seconds(5) {
        sheet.line(
            Mark::Fault,
            lang.cli_check_clock(),
            lang.cli_check_apart(lang.span(apart)),
        );
    } else if beat.is_some_and(|beat| beat > now + TimeDelta::seconds(5)) {
        sheet.line(Mark::Fault, lang.cli_check_clock(), lang.cli_check_back());
    } else {
        sheet.line(Mark::Good, lang.cli_check_clock(), lang.cli_check_clock_good());
    }
    // Of PostgreSQL it is not asked: an instance that starts at this moment would find itself shut out.
    if store.engine() == crate::store::Engine::Sqlite {
        match Lock::alone(store).await {
            Err(_) => sheet.line(Mark::Good, lang.cli_check_server(), lang.cli_check_running()),
            Ok(_) => sheet.line(Mark::Warning, lang.cli_check_server(), lang.cli_check_stopped()),
        }
    }
    Ok(())
}

fn chain(sheet: &mut Sheet, walk: Walk) {
    let (lang, subject) = (sheet.lang, sheet.lang.cli_check_chain());
    match walk {
        Ok(head) => sheet.line(Mark::Good, subject, lang.cli_audit_links(head.number)),
        Err(found) => sheet.line(Mark::Fault, subject, lang.audit_break(found)),
    }
}

async fn relay(sheet: &mut Sheet, settings: &Settings) {
    let (lang, subject) = (sheet.lang, sheet.lang.cli_check_relay());
    // That there is none is a warning of the settings already.
    let Some(relay) = Relay::of(&settings.mail) else {
        return;
    };
    let mut client = match Client::new(relay) {
        Ok(client) => client,
        Err(error) => return sheet.line(Mark::Fault, subject, error),
    };
    match client.greet().await.last() {
        Some(step) if step.good => sheet.line(Mark::Good, subject, mail::stage(step, lang)),
        Some(step) => sheet.line(Mark::Fault, subject, mail::stage(step, lang)),
        None => {}
    }
}
