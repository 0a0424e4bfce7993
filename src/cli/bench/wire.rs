//! Speaks just enough HTTP/1.1 over a kept connection, so that the client costs little beside the server.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A kept connection.
#[derive(Debug)]
pub(super) struct Wire {
    stream: TcpStream,
    heard: Vec<u8>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Where its body stands in what was heard.
    body: std::ops::Range<usize>,
}

impl Wire {
    /// Connects.
    pub(super) async fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            heard: Vec::with_capacity(4096),
        })
    }

    /// Sends a whole request and waits for the whole answer.
    pub(super) async fn ask(&mut self, request: &[u8]) -> io::Result<Answer> {
        self.stream.write_all(request).await?;
        self.heard.clear();
        loop {
            if self.stream.read_buf(&mut self.heard).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(answer) = read(&self.heard) {
                return Ok(answer);
            }
        }
    }

    /// Asks for a page.
    pub(super) async fn get(&mut self, path: &str, header: &str) -> io::Result<Answer> {
        let request = format!("GET {path} HTTP/1.1\r\nhost: bench\r\n{header}\r\n");
        self.ask(request.as_bytes()).await
    }

    /// Gives the body of the last answer.
    pub(super) fn body(&self, answer: &Answer) -> &[u8] {
        self.heard.get(answer.body.clone()).unwrap_or_default()
    }
}

/// Reads an answer, if all of it is there.
fn read(heard: &[u8]) -> Option<Answer> {
    let head = heard.windows(4).position(|four| four == b"\r\n\r\n")?;
    let (start, text) = (head + 4, std::str::from_utf8(&heard[..head]).ok()?);
    let status = text.get(9..12)?.parse().ok()?;
    let field = |name: &str| {
        text.lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    };
    let end = match field("content-length").and_then(|length| length.parse::<usize>().ok()) {
        Some(length) => start + length,
        None if field("transfer-encoding").is_some() => {
            // Good enough for a page: only the last chunk is empty.
            heard.ends_with(b"\r\n0\r\n\r\n").then_some(heard.len())?
        }
        None => start,
    };
    (heard.len() >= end).then_some(Answer {
        status,
        body: start..end,
    })
}

/// Writes the head of a request that sends JSON, up to the length of its body.
pub(super) fn head(path: &str, token: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\nidempotency-key: "
    )
}

/// Puts a request together: the head, a key of its own, the body.
pub(super) fn request(into: &mut Vec<u8>, head: &str, body: &str) {
    use std::io::Write as _;
    let key = uuid::Builder::from_random_bytes(rand::random()).into_uuid();
    into.clear();
    // Writing to memory does not fail.
    let _ = write!(
        into,
        "{head}{key}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_when_all_of_it_is_there() {
        let whole = b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}";
        for part in 0..whole.len() {
            assert_eq!(read(&whole[..part]), None);
        }
        let answer = read(whole).unwrap();
        assert_eq!((answer.status, &whole[answer.body]), (201, &b"{}"[..]));
        let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n";
        assert_eq!(read(&chunked[..chunked.len() - 1]), None);
        assert_eq!(read(chunked).map(|a| a.status), Some(200));
    }
}
