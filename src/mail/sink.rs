//! Knows how to be a mail server on this machine: the demo's letters go to it over real SMTP.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, BufWriter};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::mailbox::Mailbox;
use super::manner::{Answer, Friendly, Manner, Moment};

/// The longest command line, in bytes.
const LONGEST_LINE: u64 = 2048;

/// The largest mail, in bytes.
const LARGEST_MAIL: usize = 4 * 1024 * 1024;

/// The most recipients of one mail.
const MOST_RECIPIENTS: usize = 100;

/// The most connections at once.
const MOST_CONNECTIONS: usize = 32;

/// How long a silent client is kept.
const SILENCE: Duration = Duration::from_secs(300);

/// A running loopback mail server; it ends when this is dropped.
#[derive(Debug)]
pub struct Sink {
    address: SocketAddr,
    mailbox: Mailbox,
    accepting: JoinHandle<()>,
}

impl Sink {
    /// Listens on 127.0.0.1 (port 0: any free one) and puts what comes into the mailbox.
    pub async fn start(port: u16, mailbox: Mailbox) -> io::Result<Self> {
        Self::start_with(port, mailbox, Arc::new(Friendly)).await
    }

    /// Does what [`Sink::start`] does, and behaves as it is told.
    pub async fn start_with(port: u16, mailbox: Mailbox, manner: Arc<dyn Manner>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let accepting = tokio::spawn(accept(listener, mailbox.clone(), manner));
        Ok(Self {
            address,
            mailbox,
            accepting,
        })
    }

    /// Gives where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Gives what it received.
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, mailbox: Mailbox, manner: Arc<dyn Manner>) {
    let free = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    // Connections end with the server: they are in a set that is dropped with this future.
    let mut open = tokio::task::JoinSet::new();
    loop {
        let Ok(permit) = free.clone().acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            // Out of descriptors, most likely.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        while open.try_join_next().is_some() {}
        let (mailbox, manner) = (mailbox.clone(), manner.clone());
        open.spawn(async move {
            // A client that breaks off is its own affair.
            let _ = serve(stream, &mailbox, &*manner).await;
            drop(permit);
        });
    }
}

async fn serve(stream: TcpStream, mailbox: &Mailbox, manner: &dyn Manner) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (read, write) = stream.into_split();
    let mut clear = Talk::new(read, write, mailbox, manner);
    let ended = match clear.greet().await {
        Ok(()) => clear.converse().await,
        Err(error) => Err(error),
    };
    clear.write.flush().await?;
    let (End::StartTls, Some(acceptor)) = (ended?, manner.certificate()) else {
        return Ok(());
    };
    let stream = clear.read.into_inner().reunite(clear.write.into_inner());
    let stream = stream.map_err(|_| io::Error::from(io::ErrorKind::ConnectionAborted))?;
    let (read, write) = tokio::io::split(timeout(SILENCE, acceptor.accept(stream)).await??);
    let mut talk = Talk::new(read, write, mailbox, manner);
    talk.protected = true;
    let ended = talk.converse().await;
    talk.write.flush().await?;
    ended.map(drop)
}

/// How a conversation ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Farewell,
    /// It goes on under TLS.
    StartTls,
}

/// The envelope of a letter in the making.
#[derive(Debug)]
struct Letter {
    from: String,
    to: Vec<String>,
}

struct Talk<'a, R, W> {
    read: BufReader<R>,
    write: BufWriter<W>,
    mailbox: &'a Mailbox,
    manner: &'a dyn Manner,
    letter: Option<Letter>,
    protected: bool,
}

impl<'a, R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Talk<'a, R, W> {
    fn new(read: R, write: W, mailbox: &'a Mailbox, manner: &'a dyn Manner) -> Self {
        Self {
            read: BufReader::new(read),
            write: BufWriter::new(write),
            mailbox,
            manner,
            letter: None,
            protected: false,
        }
    }

    async fn greet(&mut self) -> io::Result<()> {
        let greeting = self.manner.answer(Moment::Greeting);
        self.answer(greeting, "220 allclear demo mail server").await
    }

    /// Says what it can.
    fn abilities(&self) -> String {
        let tls = self.manner.certificate().filter(|_| !self.protected);
        let tls = tls.map_or("", |_| "250-STARTTLS\r\n");
        let login = if self.manner.has_login() {
            "250-AUTH PLAIN\r\n"
        } else {
            ""
        };
        format!("250-localhost\r\n250-PIPELINING\r\n250-8BITMIME\r\n{tls}{login}250 SIZE 4194304")
    }

    async fn converse(&mut self) -> io::Result<End> {
        while let Some(line) = self.line().await? {
            let (verb, rest) = line.split_at(line.find([' ', ':']).unwrap_or(line.len()));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" | "HELO" => {
                    let usual = match verb.eq_ignore_ascii_case("EHLO") {
                        true => self.abilities(),
                        false => "250 localhost".to_owned(),
                    };
                    let hello = self.manner.answer(Moment::Hello);
                    self.answer(hello, &usual).await?;
                }
                "STARTTLS" if !self.protected && self.manner.certificate().is_some() => {
                    let answer = self.manner.answer(Moment::StartTls);
                    let goes_on = answer == Answer::Usual;
                    self.answer(answer, "220 go on").await?;
                    if goes_on {
                        return Ok(End::StartTls);
                    }
                }
                "AUTH" if self.manner.has_login() => {
                    let answer = self.manner.answer(Moment::Login);
                    self.answer(answer, "235 welcome").await?;
                }
                "MAIL" => self.mail(rest).await?,
                "RCPT" => self.recipient(rest).await?,
                "DATA" => self.data().await?,
                "RSET" => {
                    self.letter = None;
                    self.say("250 ok").await?;
                }
                "NOOP" => self.say("250 ok").await?,
                "QUIT" => {
                    self.say("221 bye").await?;
                    break;
                }
                _ => self.say("502 not known here").await?,
            }
        }
        Ok(End::Farewell)
    }

    async fn mail(&mut self, rest: &str) -> io::Result<()> {
        match (path(rest), &self.letter) {
            (Some(from), None) => {
                let answer = self.manner.answer(Moment::Sender);
                if answer == Answer::Usual {
                    self.letter = Some(Letter { from, to: Vec::new() });
                }
                self.answer(answer, "250 ok").await
            }
            (_, Some(_)) => self.say("503 one letter at a time").await,
            (None, _) => self.say("501 no address").await,
        }
    }

    async fn recipient(&mut self, rest: &str) -> io::Result<()> {
        let to = path(rest).filter(|to| !to.is_empty());
        let words = match (to, &mut self.letter) {
            (_, None) => "503 MAIL first",
            (Some(_), Some(letter)) if letter.to.len() >= MOST_RECIPIENTS => "452 too many recipients",
            (Some(to), Some(letter)) => {
                let answer = self.manner.answer(Moment::Recipient(&to));
                if answer == Answer::Usual {
                    letter.to.push(to);
                }
                return self.answer(answer, "250 ok").await;
            }
            (None, _) => "501 no address",
        };
        self.say(words).await
    }

    async fn data(&mut self) -> io::Result<()> {
        let Some(letter) = self.letter.take().filter(|letter| !letter.to.is_empty()) else {
            return self.say("503 RCPT first").await;
        };
        let answer = self.manner.answer(Moment::Data(&letter.to));
        let goes_on = answer == Answer::Usual;
        self.answer(answer, "354 end with a dot on a line of its own")
            .await?;
        if !goes_on {
            return Ok(());
        }
        match self.message().await? {
            Some(raw) => {
                let answer = self.manner.answer(Moment::Letter(&letter.to, &raw));
                if answer == Answer::Usual {
                    self.mailbox.put(letter.from, letter.to, raw);
                }
                self.answer(answer, "250 received").await
            }
            None => self.say("552 the mail is too large").await,
        }
    }

    /// Reads up to the dot and takes the stuffing out; `None` if there was too much of it.
    async fn message(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut message = Vec::new();
        let mut size = 0;
        let mut at_start = true;
        loop {
            let mut piece = Vec::new();
            let mut limited = (&mut self.read).take(LONGEST_LINE);
            if timeout(SILENCE, limited.read_until(b'\n', &mut piece)).await?? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if at_start && piece == b".\r\n" {
                return Ok((size <= LARGEST_MAIL).then_some(message));
            }
            let stuffed = usize::from(at_start && piece.starts_with(b"."));
            size += piece.len();
            if size <= LARGEST_MAIL {
                message.extend_from_slice(piece.get(stuffed..).unwrap_or_default());
            }
            at_start = piece.ends_with(b"\r\n");
        }
    }

    /// Reads a command; `None` at the end of the connection or of our patience.
    async fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        let mut limited = (&mut self.read).take(LONGEST_LINE);
        let Ok(read) = timeout(SILENCE, limited.read_until(b'\n', &mut line)).await else {
            return Ok(None);
        };
        read?;
        let whole = line.ends_with(b"\n");
        Ok(whole.then(|| String::from_utf8_lossy(&line).trim_end().to_owned()))
    }

    /// Gives an answer; an error ends the connection.
    async fn answer(&mut self, answer: Answer, usual: &str) -> io::Result<()> {
        match answer {
            Answer::Usual => self.say(usual).await,
            Answer::Words(words) => self.say(&words).await,
            Answer::After(span, words) => {
                self.write.flush().await?;
                // The timer rounds up: a sleep of nothing takes a millisecond.
                if !span.is_zero() {
                    tokio::time::sleep(span).await;
                }
                self.say(&words).await
            }
            Answer::LastWords(words) => {
                self.say(&words).await?;
                Err(io::ErrorKind::ConnectionAborted.into())
            }
            Answer::Silence => {
                self.write.flush().await?;
                let mut heard = [0; 256];
                while timeout(SILENCE, self.read.read(&mut heard)).await?? > 0 {}
                Err(io::ErrorKind::UnexpectedEof.into())
            }
            Answer::Close => Err(io::ErrorKind::ConnectionAborted.into()),
        }
    }

    /// Answers to commands that came together leave together.
    async fn say(&mut self, words: &str) -> io::Result<()> {
        self.write.write_all(format!("{words}\r\n").as_bytes()).await?;
        if self.read.buffer().is_empty() {
            self.write.flush().await?;
        }
        Ok(())
    }
}

/// Takes the address out of ` FROM:<a@b> SIZE=1`; the empty one of a bounce is an address too.
fn path(rest: &str) -> Option<String> {
    let (_, open) = rest.split_once('<')?;
    let (address, _) = open.split_once('>')?;
    Some(address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes all of it, then reads until the server closes.
    async fn talk(sink: &Sink, words: &[u8]) -> String {
        let stream = TcpStream::connect(sink.address()).await.unwrap();
        let (mut read, mut write) = stream.into_split();
        let words = words.to_vec();
        let writing = tokio::spawn(async move {
            let _ = write.write_all(&words).await;
            write
        });
        let mut said = Vec::new();
        let _ = read.read_to_end(&mut said).await;
        drop(writing.await);
        String::from_utf8_lossy(&said).into_owned()
    }

    async fn sink() -> Sink {
        Sink::start(0, Mailbox::new(10)).await.unwrap()
    }

    #[tokio::test]
    async fn an_endless_command_is_cut_off() {
        let said = talk(&sink().await, &[b'a'; 100_000]).await;
        assert!(!said.contains("250"), "{said}");
    }

    #[tokio::test]
    async fn a_mail_that_is_too_large_is_refused_and_the_next_one_taken() {
        let sink = sink().await;
        let mut words = b"EHLO me\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n".to_vec();
        words.extend(std::iter::repeat_n(*b"0123456789\r\n", LARGEST_MAIL / 10).flatten());
        words.extend(b".\r\nMAIL FROM:<>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n..dot\r\n.\r\nQUIT\r\n");
        let said = talk(&sink, &words).await;
        assert!(said.contains("552"), "{said}");
        assert_eq!(sink.mailbox().arrived(), 1);
        assert_eq!(&*sink.mailbox().get(1).unwrap().raw, b".dot\r\n");
    }

    #[tokio::test]
    async fn commands_out_of_order_are_told_so() {
        let words = b"HELO me\r\nRCPT TO:<a@b.example>\r\nDATA\r\nMAIL FROM:<a@b.example>\r\nMAIL FROM:<a@b.example>\r\n\
            RCPT TO:nobody\r\nRSET\r\nNOOP\r\nVRFY x\r\nQUIT\r\n";
        let said = talk(&sink().await, words).await;
        let codes: Vec<_> = said.lines().map(|line| line.get(..3).unwrap()).collect();
        assert_eq!(
            codes,
            [
                "220", "250", "503", "503", "250", "503", "501", "250", "250", "502", "221"
            ]
        );
    }
}
