//! Knows the stream under a session: TCP without delay, TLS, and the lines that come before lettre takes over.
//!
//! lettre's own connect leaves Nagle's delay on, and its own STARTTLS keeps bytes that it read in the clear and
//! takes them for answers given under TLS. So the way up to a protected, greeted stream is gone here.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::probe::{Said, Trace};
use super::relay::{Relay, Tls, Trust};
use crate::domain::delivery::{SmtpOutcome, Stage};

/// The longest reply that is read before EHLO, in bytes.
const LONGEST_REPLY: usize = 16 * 1024;

/// What lettre reads in place of the greeting, which was read here.
const GREETED: &[u8] = b"220 greeted\r\n";

#[derive(Debug)]
enum Inner {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A stream on which the server has given its greeting and, if it must, has proved who it is.
#[derive(Debug)]
pub(super) struct Wire {
    greeting: &'static [u8],
    hello: Hello,
    inner: Inner,
}

/// Reads along in the answer to EHLO: lettre knows nothing of PIPELINING (RFC 2920).
#[derive(Debug, Default)]
struct Hello {
    heard: Vec<u8>,
    over: bool,
    pipelining: Arc<AtomicBool>,
}

impl Hello {
    fn hear(&mut self, bytes: &[u8]) {
        if self.over {
            return;
        }
        self.heard.extend_from_slice(bytes);
        match parse(&self.heard) {
            Ok(None) if self.heard.len() <= LONGEST_REPLY => return,
            Ok(Some((said, _))) => {
                let offered = said
                    .words
                    .lines()
                    .any(|word| word.trim().eq_ignore_ascii_case("PIPELINING"));
                self.pipelining.store(offered, Ordering::Relaxed);
            }
            _ => {}
        }
        self.over = true;
        self.heard = Vec::new();
    }
}

impl Wire {
    /// Gives what becomes true when the server offers, in its answer to EHLO, to take commands before it has
    /// answered those before.
    pub(super) fn pipelining(&self) -> Arc<AtomicBool> {
        self.hello.pipelining.clone()
    }
}

/// Connects, protects and reads the greeting, each within its limit.
pub(super) async fn dial(
    relay: &Relay,
    trust: Option<&Trust>,
    trace: &mut Trace,
) -> Result<Wire, SmtpOutcome> {
    let (tcp, _) = trace
        .stage(Stage::Connect, relay.limits.connect, connect(relay))
        .await?;
    let command = relay.limits.command;
    let inner = match (relay.tls, trust) {
        (Tls::Implicit, Some(trust)) => {
            let (tls, _) = trace.stage(Stage::Tls, command, handshake(tcp, trust)).await?;
            let mut inner = Inner::Tls(Box::new(tls));
            trace
                .stage(Stage::Greeting, command, expect(&mut inner, 220))
                .await?;
            inner
        }
        (Tls::StartTls, Some(trust)) => {
            let mut clear = Inner::Plain(tcp);
            trace
                .stage(Stage::Greeting, command, expect(&mut clear, 220))
                .await?;
            let hello = format!("EHLO {}\r\n", relay.hello);
            let ((), said) = trace
                .stage(Stage::Ehlo, command, ask(&mut clear, &hello, 250))
                .await?;
            trace
                .stage(Stage::Tls, command, start_tls(&mut clear, &said.words))
                .await?;
            let Inner::Plain(tcp) = clear else {
                return Err(trace.failed(Stage::Tls, Said::happened("the stream is gone")));
            };
            let (tls, _) = trace.stage(Stage::Tls, command, handshake(tcp, trust)).await?;
            Inner::Tls(Box::new(tls))
        }
        (Tls::Plain, _) => {
            let mut inner = Inner::Plain(tcp);
            trace
                .stage(Stage::Greeting, command, expect(&mut inner, 220))
                .await?;
            inner
        }
        (_, None) => return Err(trace.failed(Stage::Tls, Said::happened("TLS is not set up"))),
    };
    Ok(Wire {
        greeting: GREETED,
        hello: Hello::default(),
        inner,
    })
}

/// Tries the addresses of the host in turn; each has its share of the time, so that one that is silent does not
/// hide one that answers.
async fn connect(relay: &Relay) -> Result<(TcpStream, Said), Said> {
    let failed = |e: io::Error| Said::happened(e.to_string());
    let addresses: Vec<SocketAddr> = tokio::net::lookup_host((relay.host.as_str(), relay.port))
        .await
        .map_err(failed)?
        .collect();
    let share = relay.limits.connect / u32::try_from(addresses.len().max(1)).unwrap_or(u32::MAX);
    let mut last = Said::happened("the host has no address");
    for address in addresses {
        match tokio::time::timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(tcp)) => {
                tcp.set_nodelay(true).map_err(failed)?;
                return Ok((tcp, Said::happened(format!("connected to {address}"))));
            }
            Ok(Err(e)) => last = Said::happened(format!("{address}: {e}")),
            Err(_) => last = Said::happened(format!("{address}: no answer")),
        }
    }
    Err(last)
}

async fn handshake(tcp: TcpStream, trust: &Trust) -> Result<(TlsStream<TcpStream>, Said), Said> {
    let connector = TlsConnector::from(trust.config.clone());
    let tls = connector
        .connect(trust.name.clone(), tcp)
        .await
        .map_err(|e| Said::happened(format!("TLS handshake failed: {e}")))?;
    let version = tls
        .get_ref()
        .1
        .protocol_version()
        .map_or("TLS", |v| v.as_str().unwrap_or("TLS"));
    let said = Said::happened(format!("{version}, certificate accepted"));
    Ok((tls, said))
}

async fn start_tls(stream: &mut Inner, offered: &str) -> Result<((), Said), Said> {
    if !offered
        .split(['\n', ' '])
        .any(|word| word.eq_ignore_ascii_case("STARTTLS"))
    {
        return Err(Said::happened(
            "the server does not offer STARTTLS, and nothing is sent in the clear",
        ));
    }
    ask(stream, "STARTTLS\r\n", 220).await
}

async fn ask(stream: &mut Inner, command: &str, expected: u16) -> Result<((), Said), Said> {
    stream
        .write_all(command.as_bytes())
        .await
        .map_err(|e| Said::happened(e.to_string()))?;
    expect(stream, expected).await
}

/// Reads one reply and nothing more.
///
/// Bytes behind it are refused: the server speaks only when asked, and whatever follows the answer to STARTTLS
/// in the clear was put there by somebody else.
async fn expect(stream: &mut Inner, code: u16) -> Result<((), Said), Said> {
    let mut read = Vec::with_capacity(512);
    loop {
        if let Some((said, length)) = parse(&read)? {
            return match said.code {
                _ if length < read.len() => Err(Said::happened("the server spoke out of turn")),
                Some(c) if c == code => Ok(((), said)),
                _ => Err(said),
            };
        }
        if read.len() > LONGEST_REPLY {
            return Err(Said::happened("the reply is too long"));
        }
        match stream.read_buf(&mut read).await {
            Ok(0) => return Err(Said::closed()),
            Ok(_) => {}
            Err(e) => return Err(Said::happened(e.to_string())),
        }
    }
}

/// Takes a whole reply off the front of what was read: its words (a line each) and its length.
fn parse(read: &[u8]) -> Result<Option<(Said, usize)>, Said> {
    let mut words = Vec::new();
    let mut length = 0;
    for line in read
        .split_inclusive(|b| *b == b'\n')
        .filter(|line| line.ends_with(b"\n"))
    {
        length += line.len();
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end();
        let code = line
            .get(..3)
            .and_then(|c| c.parse::<u16>().ok())
            .filter(|c| (200..600).contains(c));
        let (Some(code), Some(rest)) = (code, line.get(3..)) else {
            return Err(Said::happened(format!("not an SMTP reply: {line}")));
        };
        words.push(rest.get(1..).unwrap_or_default().to_owned());
        if !rest.starts_with('-') {
            return Ok(Some((Said::replied(code, words.join("\n")), length)));
        }
    }
    Ok(None)
}

impl AsyncRead for Inner {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(s) => Pin::new(s).poll_read(cx, buf),
            Self::Tls(s) => Pin::new(s).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Inner {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(s) => Pin::new(s).poll_write(cx, buf),
            Self::Tls(s) => Pin::new(s).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(s) => Pin::new(s).poll_flush(cx),
            Self::Tls(s) => Pin::new(s).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(s) => Pin::new(s).poll_shutdown(cx),
            Self::Tls(s) => Pin::new(s).poll_shutdown(cx),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.greeting.is_empty() {
            let (now, later) = self.greeting.split_at(self.greeting.len().min(buf.remaining()));
            buf.put_slice(now);
            self.greeting = later;
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(cx, buf);
        if let Some(fresh) = buf.filled_mut().get_mut(before..) {
            make_readable(fresh);
            self.hello.hear(fresh);
        }
        polled
    }
}

/// Puts `?` for what is not UTF-8: lettre gives a whole reply up for one such byte, its code included, and
/// servers do answer in GBK.
fn make_readable(bytes: &mut [u8]) {
    if std::str::from_utf8(bytes).is_err() {
        bytes.iter_mut().filter(|b| !b.is_ascii()).for_each(|b| *b = b'?');
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &self.inner {
            Inner::Plain(s) => s.peer_addr(),
            Inner::Tls(s) => s.get_ref().0.peer_addr(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_whole_only_with_its_last_line() {
        assert!(parse(b"").unwrap().is_none());
        assert!(parse(b"250-one\r\n250 tw").unwrap().is_none());
        let (said, length) = parse(b"250-one\r\n250 two\r\nmore").unwrap().unwrap();
        assert_eq!(
            (said.code, said.words.as_str(), length),
            (Some(250), "one\ntwo", 18)
        );
        assert_eq!(parse(b"220\r\n").unwrap().unwrap().0.code, Some(220));
        assert!(parse(b"HTTP/1.1 400 Bad Request\r\n").is_err());
        assert!(parse("25é0\r\n".as_bytes()).is_err());
    }

    #[test]
    fn pipelining_is_offered_by_the_answer_to_ehlo_alone() {
        let offered = |pieces: &[&str]| {
            let mut hello = Hello::default();
            pieces.iter().for_each(|piece| hello.hear(piece.as_bytes()));
            hello.pipelining.load(Ordering::Relaxed)
        };
        assert!(offered(&["250-mx\r\n250-PIPE", "LINING\r\n250 SIZE 1\r\n"]));
        assert!(offered(&["250-mx\r\n250 pipelining\r\n"]));
        assert!(!offered(&["250-mx\r\n250 SIZE 1\r\n", "250 PIPELINING\r\n"]));
        assert!(!offered(&["250-mx.pipelining.example\r\n250 XPIPELINING\r\n"]));
        assert!(!offered(&["502 what?\r\n", "250 PIPELINING\r\n"]));
    }

    #[test]
    fn words_that_are_not_utf8_cost_only_themselves() {
        let mut gbk = *b"550 \xd3\xc3\xbb\xa7 unknown\r\n";
        make_readable(&mut gbk);
        assert_eq!(&gbk, b"550 ???? unknown\r\n");
        let mut utf8 = "550 用户不存在\r\n".to_owned().into_bytes();
        make_readable(&mut utf8);
        assert_eq!(utf8, "550 用户不存在\r\n".as_bytes());
    }
}
