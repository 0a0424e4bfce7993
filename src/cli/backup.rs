//! `allclear backup` and `allclear restore`: copies everything, and takes a copy into use in a new folder.

use std::path::Path;

use super::context::{self, Context};
use super::fail::{Exit, Fail};
use super::{Done, out};
use crate::config::{Engine, Sources};
use crate::domain::access::Actor;
use crate::service::{Service, backup};
use crate::store::Store;

/// Copies the database and the key.
pub(crate) async fn backup(context: &Context, file: &Path) -> Done {
    let lang = context.lang;
    if matches!(context.settings()?.database.engine, Engine::Postgres { .. }) {
        return Err(Fail::Usage(lang.cli_backup_postgres().to_owned()));
    }
    if file.exists() || backup::key_of(file).exists() {
        return Err(Fail::Refused(lang.cli_backup_there(file.display())));
    }
    let service = context.service().await?;
    let bytes = service.backup(&Actor::console(), file).await?;
    let key = backup::key_of(file);
    out::say(lang.cli_backup_done(file.display(), bytes.div_ceil(1024), key.display()));
    Ok(Exit::Good)
}

/// Puts a copy into a new folder, proves that it is whole, and holds its letters.
pub(crate) async fn restore(context: &Context, file: &Path, dir: &Path) -> Done {
    let lang = context.lang;
    let refused = |words: String| Fail::Refused(words);
    let at = |path: &Path, error: std::io::Error| refused(lang.cli_file(path.display(), error));
    if !file.is_file() {
        return Err(refused(lang.cli_restore_none(file.display())));
    }
    new_folder(dir).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => refused(lang.cli_folder_full(dir.display())),
        _ => at(dir, error),
    })?;
    let database = dir.join("allclear.db");
    std::fs::copy(file, &database).map_err(|error| at(&database, error))?;
    let key = backup::key_of(file);
    let has_key = key.exists();
    if has_key {
        let to = dir.join("seal.key");
        backup::copy_key(&key, &to).map_err(|error| at(&to, error))?;
    }
    let service = opened(context, dir).await?;
    prove(context, &service).await?;
    let held = service.hold_letters(&Actor::console()).await?;
    service.store.close().await;
    out::say(lang.cli_restored(dir.display()));
    out::say(lang.cli_letters_held(held));
    if !has_key {
        out::warn(lang.cli_restore_key(key.display()));
    }
    out::say(lang.cli_restore_next(dir.display()));
    Ok(Exit::Good)
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
    let folder = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    let mut flags = context.sources.flags.clone();
    flags.extend([
        ("service.data_dir".to_owned(), folder.display().to_string()),
        ("database.url".to_owned(), "sqlite:allclear.db".to_owned()),
        ("database.url_file".to_owned(), String::new()),
        ("seal.key_file".to_owned(), "seal.key".to_owned()),
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
