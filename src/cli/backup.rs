//! `allclear backup` and `allclear restore`: copies everything, and takes a copy into use in a new folder.

use std::path::{Path, PathBuf};

use super::context::{self, Context};
use super::fail::{Exit, Fail};
use super::{Done, out};
use crate::config::{Engine, Sources};
use crate::domain::access::Actor;
use crate::service::{Error, Service, backup};
use crate::store::Store;

/// What the files of a restored copy are called, and the folder in which they are made ready.
const DATABASE: &str = "allclear.db";
const KEY: &str = "seal.key";
const WORKSHOP: &str = "restoring";

/// Copies the database and the key.
pub(crate) async fn backup(context: &Context, file: &Path) -> Done {
    let lang = context.lang;
    if matches!(context.settings()?.database.engine, Engine::Postgres { .. }) {
        return Err(Fail::Usage(lang.cli_backup_postgres().to_owned()));
    }
    if file.exists() {
        return Err(Fail::Refused(lang.cli_backup_there(file.display())));
    }
    let service = context.service().await?;
    let copied = service.backup(&Actor::console(), file).await;
    let bytes = copied.map_err(|error| match error {
        Error::Already(_) => Fail::Refused(lang.cli_backup_there(file.display())),
        error => error.into(),
    })?;
    let key = backup::key_of(file);
    out::say(lang.cli_backup_done(file.display(), bytes.div_ceil(1024), key.display()));
    Ok(Exit::Good)
}

/// Puts a copy into a new folder, proves that it is whole, and holds its letters.
pub(crate) async fn restore(context: &Context, file: &Path, dir: &Path) -> Done {
    let lang = context.lang;
    let refused = |words: String| Fail::Refused(words);
    let at = |path: &Path, error: std::io::Error| refused(lang.file_error(path, &error));
    if !file.is_file() {
        return Err(refused(lang.cli_restore_none(file.display())));
    }
    let workshop = workshop(dir).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => refused(lang.cli_folder_full(dir.display())),
        _ => at(dir, error),
    })?;
    let database = workshop.join(DATABASE);
    std::fs::copy(file, &database).map_err(|error| at(&database, error))?;
    let key = backup::key_of(file);
    let has_key = key.exists();
    if has_key {
        let to = workshop.join(KEY);
        backup::copy_key(&key, &to).map_err(|error| at(&to, error))?;
    }
    let service = opened(context, &workshop).await?;
    prove(context, &service).await?;
    let held = service.hold_letters(&Actor::console()).await?;
    service.store.close().await;
    drop(service);
    take_into_use(&workshop, dir).map_err(|error| at(dir, error))?;
    out::say(lang.cli_restored(dir.display()));
    out::say(lang.cli_letters_held(held));
    if !has_key {
        out::warn(lang.cli_restore_key(key.display()));
    }
    out::say(lang.cli_restore_next(dir.display()));
    Ok(Exit::Good)
}

/// Gives a folder of its own in which a copy is made ready; what an interrupted restore left there goes.
///
/// Nothing lies where a server would find it before all is done: letters of a copy that are not held would be sent again.
fn workshop(dir: &Path) -> std::io::Result<PathBuf> {
    let workshop = dir.join(WORKSHOP);
    // The key moves first, so it may be there already.
    let is_left = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.is_ok_and(|entry| [WORKSHOP, KEY].iter().any(|name| entry.file_name() == *name))
    };
    if workshop.is_dir() && std::fs::read_dir(dir)?.all(is_left) {
        std::fs::remove_dir_all(&workshop)?;
        let key = dir.join(KEY);
        if key.exists() {
            std::fs::remove_file(key)?;
        }
    }
    new_folder(dir)?;
    new_folder(&workshop)?;
    Ok(workshop)
}

/// Puts a copy that is ready where a server finds it: the database last, by one rename.
fn take_into_use(workshop: &Path, dir: &Path) -> std::io::Result<()> {
    for name in [KEY, DATABASE] {
        let (from, to) = (workshop.join(name), dir.join(name));
        if name == DATABASE || from.exists() {
            std::fs::File::open(&from)?.sync_all()?;
            std::fs::rename(from, to)?;
        }
        std::fs::File::open(dir)?.sync_all()?;
    }
    std::fs::remove_dir_all(workshop)
}

/// Tells whether a restore into the folder of a database was interrupted.
pub(crate) fn is_half_restored(database: &Path) -> bool {
    !database.exists() && database.with_file_name(WORKSHOP).is_dir()
}

/// Makes a folder, or takes one that is empty.
pub(crate) fn new_folder(dir: &Path) -> std::io::Result<()> {
    match std::fs::read_dir(dir) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(std::io::ErrorKind::AlreadyExists.into()),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut builder = std::fs::DirBuilder::new();
            builder.recursive(true);
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.create(dir)
        }
        Err(error) => Err(error),
    }
}

/// Opens a copy by its folder, whatever the configuration says about another one.
async fn opened(context: &Context, dir: &Path) -> Result<std::sync::Arc<Service>, Fail> {
    let folder = context::full(dir);
    let mut flags = context.sources.flags.clone();
    flags.extend([
        ("service.data_dir".to_owned(), folder.display().to_string()),
        ("database.url".to_owned(), format!("sqlite:{DATABASE}")),
        ("database.url_file".to_owned(), String::new()),
        ("seal.key_file".to_owned(), KEY.to_owned()),
    ]);
    let sources = Sources {
        flags,
        ..context.sources.clone()
    };
    let copy = Context::of(sources, Some(context.lang));
    let settings = copy.settings()?;
    let store: Store = context::connect(&settings).await?;
    Ok(Service::open(settings, store, context::clock()).await?)
}

/// Reads a copy through, and walks its chain of deeds.
async fn prove(context: &Context, service: &Service) -> Result<(), Fail> {
    let lang = context.lang;
    let wrong = service.store.read().await?.unsound().await?;
    if !wrong.is_empty() {
        return Err(Fail::Refused(lang.cli_restore_unsound(wrong.join("\n  "))));
    }
    match service.verify_chain(&Actor::console(), None).await? {
        Ok(head) => {
            out::say(lang.cli_audit_whole(head.number, format!("{}:{}", head.number, head.hash)));
            Ok(())
        }
        Err(found) => Err(Fail::Refused(lang.audit_break(found))),
    }
}
