//! Knows the keys that prove receipts and links: a file of the administrator's, made at the first start. Each line is a
//! key, the oldest first; a later one says from which report and which letter on it counts.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use rand::TryRngCore;
use rand::rngs::OsRng;
use secrecy::SecretSlice;

use super::faults::Faults;

/// The length of a key that is made here, in bytes.
const LENGTH: usize = 32;

/// A key, and what it is for.
#[derive(Debug, Clone)]
pub struct MasterKey {
    /// The secret.
    pub secret: SecretSlice<u8>,
    /// The first check-in whose receipt it proves.
    pub check_in: i64,
    /// The first letter whose link it makes.
    pub letter: i64,
}

/// Reads the keys, the oldest first; where there is no file yet, makes one, readable by its owner only.
pub fn keys(path: &Path) -> Result<Vec<MasterKey>, Faults> {
    match std::fs::read_to_string(path) {
        Ok(text) => read(&text).ok_or_else(|| Faults::one(|l| l.config_key_damaged(path.display()))),
        Err(e) if e.kind() == io::ErrorKind::NotFound => make(path),
        Err(e) => Err(Faults::one(|l| {
            l.config_key_unreadable(path.display(), l.file_reason(&e))
        })),
    }
}

/// Adds a new key, for what comes from a check-in and a letter on; whoever reads meanwhile finds the file with or without it.
pub fn add_key(path: &Path, check_in: i64, letter: i64) -> Result<(), Faults> {
    keys(path)?;
    let failed = |e: io::Error| unwritable(path, &e);
    let old = std::fs::read_to_string(path).map_err(failed)?;
    let line = random()?;
    let text = format!("{}\n{line} check_in {check_in} letter {letter}\n", old.trim_end());
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let written = write_owner_only(&beside, &text).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written.map_err(failed)?;
    // The new name is on disk before anything is sealed with the new key.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    sync_folder(folder.unwrap_or(Path::new("."))).map_err(failed)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

fn unwritable(path: &Path, error: &io::Error) -> Faults {
    Faults::one(|l| l.config_key_unwritable(path.display(), l.file_reason(error)))
}

/// Gives a new secret in hexadecimal digits.
fn random() -> Result<String, Faults> {
    let mut bytes = [0u8; LENGTH];
    OsRng
        .try_fill_bytes(&mut bytes)
        .map_err(|_| Faults::one(|l| l.config_no_random().to_owned()))?;
    Ok(bytes.iter().map(|b| format!("{b:02x}")).collect())
}

/// Makes a key; if another process makes one at the same moment, that one is taken.
fn make(path: &Path) -> Result<Vec<MasterKey>, Faults> {
    let text = random()?;
    // Written beside and linked into place, so that nobody ever reads half a key.
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let written = write_owner_only(&beside, &format!("{text}\n"));
    let linked = written.and_then(|()| std::fs::hard_link(&beside, path));
    let _ = std::fs::remove_file(&beside);
    match linked {
        Ok(()) => keys(path),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => keys(path),
        Err(e) => Err(unwritable(path, &e)),
    }
}

/// Writes a file that only its owner can read, down to the disk.
fn write_owner_only(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Reads lines of keys; the first is for everything before the second.
fn read(text: &str) -> Option<Vec<MasterKey>> {
    let keys: Option<Vec<MasterKey>> = text.trim().lines().enumerate().map(read_line).collect();
    keys.filter(|keys| !keys.is_empty())
}

fn read_line((at, line): (usize, &str)) -> Option<MasterKey> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (secret, check_in, letter) = match (at, words.as_slice()) {
        (0, [secret]) => (secret, 0, 0),
        (1.., [secret, "check_in", check_in, "letter", letter]) => {
            (secret, check_in.parse().ok()?, letter.parse().ok()?)
        }
        _ => return None,
    };
    Some(MasterKey {
        secret: read_hex(secret)?,
        check_in,
        letter,
    })
}

/// Reads hexadecimal digits.
fn read_hex(text: &str) -> Option<SecretSlice<u8>> {
    if text.len() < 32 || !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    let pairs = (0..text.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(text.get(i..i + 2)?, 16).ok());
    pairs.collect::<Option<Vec<u8>>>().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn the_key_is_made_once_and_read_ever_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seal.key");
        let first = keys(&path).unwrap();
        let again = keys(&path).unwrap();
        assert_eq!(first[0].secret.expose_secret(), again[0].secret.expose_secret());
        assert_eq!(first[0].secret.expose_secret().len(), LENGTH);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_new_key_comes_after_the_old_ones_which_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seal.key");
        let first = keys(&path).unwrap();
        add_key(&path, 7, 9).unwrap();
        add_key(&path, 7, 12).unwrap();
        let all = keys(&path).unwrap();
        assert_eq!(all[0].secret.expose_secret(), first[0].secret.expose_secret());
        assert_ne!(all[1].secret.expose_secret(), all[2].secret.expose_secret());
        let from: Vec<(i64, i64)> = all.iter().map(|key| (key.check_in, key.letter)).collect();
        assert_eq!(from, [(0, 0), (7, 9), (7, 12)]);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_but_its_owner_can_read_the_key() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seal.key");
        add_key(&path, 1, 1).unwrap();
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn a_damaged_key_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seal.key");
        let good = "ab".repeat(32);
        let two = format!("{good}\n{good}");
        let bare = format!("{good} check_in 1 letter 1");
        for text in [
            "",
            "abc",
            "zz".repeat(32).as_str(),
            "é".repeat(32).as_str(),
            &two,
            &bare,
        ] {
            std::fs::write(&path, text).unwrap();
            let words = keys(&path).unwrap_err().to_string();
            assert!(words.contains(" is damaged: "), "{text}: {words}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn a_folder_that_is_not_there_gets_a_sentence() {
        let words = keys(Path::new("nowhere/at/all/seal.key"))
            .unwrap_err()
            .to_string();
        assert!(
            words.starts_with("the key nowhere/at/all/seal.key cannot be written: "),
            "{words}"
        );
    }
}
