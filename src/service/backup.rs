//! Copies everything while the service runs, and takes a copy into use elsewhere without sending its letters again.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::audit::who;
use super::{Error, Result, Service};
use crate::config::Faults;
use crate::crash::Point;
use crate::domain::access::{Actor, Deed, permit};

/// Gives where the key of a copy lies: beside it, with `.key` behind its name.
pub fn key_of(copy: &Path) -> PathBuf {
    let mut name = copy.as_os_str().to_owned();
    name.push(".key");
    PathBuf::from(name)
}

impl Service {
    /// Copies the database, as it stands at one moment, and the key. Gives the size of the copy in bytes.
    ///
    /// The file appears whole, after its key, or not at all; what an interrupted copy left is made use of.
    ///
    /// # Errors
    /// When whoever asks may not, the file is there already or cannot be written, or the database is PostgreSQL.
    pub async fn backup(&self, actor: &Actor, file: &Path) -> Result<u64> {
        permit(actor, Deed::Backup)?;
        let key = key_of(file);
        if file.exists() || self.is_strange(&key)? {
            return Err(Error::Already("there"));
        }
        let part = part_of(file);
        clear(&part).map_err(|error| written(&part, &error))?;
        let copied = self.copy(&part, file, &key).await;
        if copied.is_err() {
            let _ = std::fs::remove_file(&part);
        }
        let bytes = copied?;
        let mut tx = self.store.begin().await?;
        let detail = json!({ "bytes": bytes });
        self.audit(&mut tx, &who(actor), "backup", "database", detail)
            .await?;
        tx.commit().await?;
        Ok(bytes)
    }

    async fn copy(&self, part: &Path, file: &Path, key: &Path) -> Result<u64> {
        // An empty file of the owner's own: SQLite fills it, and nobody else can read it meanwhile.
        let held = owner_only(part).map_err(|error| written(part, &error))?;
        held.try_lock()
            .map_err(|_| written(part, &io::ErrorKind::ResourceBusy.into()))?;
        self.store.copy_to(part).await?;
        // A copy without its key is half a copy. An empty file was begun, and nothing more.
        if key.metadata().is_ok_and(|there| there.len() == 0) {
            std::fs::remove_file(key).map_err(|error| written(key, &error))?;
        }
        if !key.exists() {
            copy_key(&self.settings.seal.key_file, key).map_err(|error| written(key, &error))?;
        }
        keep(part, file).map_err(|error| written(file, &error))
    }

    /// Tells whether a file that is no copy of the key lies where one will.
    fn is_strange(&self, key: &Path) -> Result<bool> {
        if !key.exists() {
            return Ok(false);
        }
        let (there, own) = (std::fs::read(key), std::fs::read(&self.settings.seal.key_file));
        let there = there.map_err(|error| written(key, &error))?;
        Ok(!there.is_empty() && own.is_ok_and(|own| own != there))
    }

    /// Marks these data as restored from a backup, and holds every letter that waits. Gives how many.
    ///
    /// # Errors
    /// When whoever asks may not, or the database does not answer.
    pub async fn hold_letters(&self, actor: &Actor) -> Result<u64> {
        permit(actor, Deed::Backup)?;
        let now = self.now();
        let mut tx = self.store.begin().await?;
        tx.mark_restored(now.timestamp_millis()).await?;
        let held = tx.hold_letters().await?;
        let detail = json!({ "held": held });
        self.audit(&mut tx, &who(actor), "hold_letters", "letters", detail)
            .await?;
        self.crash.pass(Point::Restore).await;
        tx.commit().await?;
        self.crash.pass(Point::Restored).await;
        Ok(held)
    }

    /// Lets the letters go that were held. Gives how many.
    ///
    /// # Errors
    /// When whoever asks may not, or the database does not answer.
    pub async fn release_letters(&self, actor: &Actor) -> Result<u64> {
        permit(actor, Deed::Backup)?;
        let mut tx = self.store.begin().await?;
        let released = tx.release_held().await?;
        let detail = json!({ "released": released });
        self.audit(&mut tx, &who(actor), "release_letters", "letters", detail)
            .await?;
        tx.commit().await?;
        self.outgoing.notify_one();
        Ok(released)
    }
}

/// Gives where a copy lies while it is written: beside its place, with `.part` behind its name.
fn part_of(copy: &Path) -> PathBuf {
    let mut name = copy.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

/// Takes away what an interrupted copy left, unless somebody writes it right now.
fn clear(part: &Path) -> io::Result<()> {
    match File::open(part) {
        Ok(left) => {
            left.try_lock().map_err(|_| io::ErrorKind::ResourceBusy)?;
            std::fs::remove_file(part)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes a file that must not be there yet, for its owner's eyes.
fn owner_only(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Puts a finished file on disk under its name.
fn keep(part: &Path, file: &Path) -> io::Result<u64> {
    let finished = OpenOptions::new().write(true).open(part)?;
    finished.sync_all()?;
    std::fs::rename(part, file)?;
    // The name is on disk only when the folder is.
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(finished.metadata()?.len())
}

/// Copies a key, for its owner's eyes; where it must go there is none yet.
///
/// # Errors
/// When it cannot be read or written.
pub fn copy_key(from: &Path, to: &Path) -> io::Result<()> {
    let text = std::fs::read(from)?;
    let mut file = owner_only(to)?;
    io::Write::write_all(&mut file, &text)?;
    file.sync_all()
}

fn written(path: &Path, error: &io::Error) -> Error {
    Error::Setting(Faults::unwritable(path, error))
}
