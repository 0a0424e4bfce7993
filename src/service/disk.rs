//! Knows how much room is left on the disk that holds the data.

use std::io;
use std::path::Path;

/// Below this many free bytes an administrator is warned: a day of a busy county fits in a few megabytes.
pub const LITTLE: u64 = 500 << 20;
/// Below this many free bytes the service says that it is not ready.
pub const TOO_LITTLE: u64 = 50 << 20;

/// Gives the bytes that are free to the service on the disk of a folder.
///
/// # Errors
/// When the folder cannot be asked.
pub fn free(folder: &Path) -> io::Result<u64> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_there_has_a_disk_and_one_that_is_not_has_none() {
        assert!(free(Path::new("")).unwrap() > 0);
        assert!(free(&std::env::temp_dir()).unwrap() > 0);
        assert!(free(Path::new("nowhere/at/all")).is_err());
    }
}
