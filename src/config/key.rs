//! Knows the key that proves receipts and links: a file of the administrator's, made at the first start.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rand::TryRngCore;
use rand::rngs::OsRng;
use secrecy::SecretSlice;

/// The length of a key that is made here, in bytes.
const LENGTH: usize = 32;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the key {} cannot be read: {cause}", path.display())]
    Read { path: PathBuf, cause: io::Error },
    #[error("the key {} cannot be written: {cause}", path.display())]
    Write { path: PathBuf, cause: io::Error },
    #[error("the key {} is damaged: it holds at least 32 hexadecimal digits on one line", path.display())]
    Damaged { path: PathBuf },
    #[error("the system gave no random numbers for a key")]
    Random,
}

/// Reads the key of receipts and links; where there is none yet, makes it, readable by its owner only.
pub fn key(path: &Path) -> Result<SecretSlice<u8>, KeyError> {
    match std::fs::read_to_string(path) {
        Ok(text) => read(&text).ok_or_else(|| KeyError::Damaged {
            path: path.to_owned(),
        }),
        Err(e) if e.kind() == io::ErrorKind::NotFound => make(path),
        Err(cause) => Err(KeyError::Read {
            path: path.to_owned(),
            cause,
        }),
    }
}

/// Makes a key; if another process makes one at the same moment, that one is taken.
fn make(path: &Path) -> Result<SecretSlice<u8>, KeyError> {
    let mut bytes = [0u8; LENGTH];
    OsRng.try_fill_bytes(&mut bytes).map_err(|_| KeyError::Random)?;
    let text: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    let failed = |cause| KeyError::Write {
        path: path.to_owned(),
        cause,
    };
    // Written beside and linked into place, so that nobody ever reads half a key.
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let written = write_owner_only(&beside, &format!("{text}\n"));
    let linked = written.and_then(|()| std::fs::hard_link(&beside, path));
    let _ = std::fs::remove_file(&beside);
    match linked {
        Ok(()) => Ok(bytes.to_vec().into()),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => key(path),
        Err(cause) => Err(failed(cause)),
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

/// Reads hexadecimal digits.
fn read(text: &str) -> Option<SecretSlice<u8>> {
    let text = text.trim();
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
        let first = key(&path).unwrap();
        let again = key(&path).unwrap();
        assert_eq!(first.expose_secret(), again.expose_secret());
        assert_eq!(first.expose_secret().len(), LENGTH);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_but_its_owner_can_read_the_key() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seal.key");
        key(&path).unwrap();
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn a_damaged_key_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seal.key");
        for text in ["", "abc", "zz".repeat(32).as_str(), "é".repeat(32).as_str()] {
            std::fs::write(&path, text).unwrap();
            assert!(matches!(key(&path), Err(KeyError::Damaged { .. })), "{text}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn a_folder_that_is_not_there_gets_a_sentence() {
        let words = key(Path::new("nowhere/at/all/seal.key")).unwrap_err().to_string();
        assert!(
            words.starts_with("the key nowhere/at/all/seal.key cannot be written: "),
            "{words}"
        );
    }
}
