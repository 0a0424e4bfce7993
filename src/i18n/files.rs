//! Knows how to say why a file cannot be read or written, or an address not be listened at.

use std::io::{Error, ErrorKind};
use std::path::Path;

use super::messages;
use crate::domain::language::Lang;

messages! {
    file_at(file, why): "{file}：{why}", "{file}: {why}";
    file_missing: "没有这个文件或文件夹", "there is no such file or folder";
    file_forbidden: "没有权限", "permission is denied";
    file_folder: "这是文件夹，不是文件", "this is a folder, not a file";
    file_encoding: "不是 UTF-8 文本，请另存为 UTF-8 编码", "this is not UTF-8; please save it as UTF-8";
    file_busy: "正被另一个程序使用", "another process is using it";
    file_there: "已经存在", "it is there already";
    file_full: "磁盘已满", "the disk is full";
    file_system(code): "系统错误 {code}", "system error {code}";
    file_unexplained: "系统没有说明原因", "the system does not say why";
    file_address: "这台机器没有这个地址", "this machine has no such address";
}

impl Lang {
    /// Says of a file why it cannot be read or written.
    pub fn file_error(self, file: &Path, error: &Error) -> String {
        self.file_at(file.display(), self.file_reason(error))
    }

    /// Says why something cannot be read, written or taken.
    pub fn file_reason(self, error: &Error) -> String {
        let words = match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => self.file_missing(),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => self.file_forbidden(),
            ErrorKind::IsADirectory => self.file_folder(),
            ErrorKind::InvalidData => self.file_encoding(),
            ErrorKind::ResourceBusy | ErrorKind::AddrInUse => self.file_busy(),
            ErrorKind::AddrNotAvailable => self.file_address(),
            ErrorKind::AlreadyExists => self.file_there(),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => self.file_full(),
            _ => match error.raw_os_error() {
                Some(code) => return self.file_system(code),
                None => self.file_unexplained(),
            },
        };
        words.to_owned()
    }
}
