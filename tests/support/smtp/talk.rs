//! Knows the conversation of the scripted mail server on one connection.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use super::{Act, At, Mail, Secure, Shared};

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

struct Talk {
    stream: BufReader<Box<dyn Stream>>,
    shared: Arc<Shared>,
    connection: usize,
    clear: bool,
    from: Option<String>,
    to: Vec<String>,
}

/// What was said; `None` if nothing is to follow.
type Said = io::Result<Option<String>>;

pub(super) async fn serve(tcp: TcpStream, shared: Arc<Shared>, connection: usize) {
    let (stream, clear): (Box<dyn Stream>, bool) = match &shared.setup.secure {
        Secure::Implicit(tls) => match TlsAcceptor::from(tls.clone()).accept(tcp).await {
            Ok(stream) => (Box::new(stream), false),
            Err(_) => return,
        },
        _ => (Box::new(tcp), true),
    };
    let stream = BufReader::new(stream);
    let talk = Talk {
        stream,
        shared,
        connection,
        clear,
        from: None,
        to: Vec::new(),
    };
    let _ = talk.run().await;
}

impl Talk {
    async fn run(mut self) -> io::Result<()> {
        let Some(greeting) = self.act(At::Greeting, "220 scripted").await? else {
            return Ok(());
        };
        if !greeting.starts_with('2') {
            return Ok(());
        }
        loop {
            let line = self.line().await?;
            let verb = line
                .split([' ', ':'])
                .next()
                .unwrap_or_default()
                .to_ascii_uppercase();
            let noted = if verb == "AUTH" {
                "AUTH".to_owned()
            } else {
                line.clone()
            };
            self.shared.commands.lock().unwrap().push(noted);
            let said = match verb.as_str() {
                "EHLO" => {
                    let offer = self.offer();
                    self.act(At::Ehlo, &offer).await?
                }
                "STARTTLS" if self.clear => {
                    self = match self.start_tls().await? {
                        Some(talk) => talk,
                        None => return Ok(()),
                    };
                    continue;
                }
                "AUTH" => self.auth(&line).await?,
                "MAIL" => self.mail(&line).await?,
                "RCPT" => self.rcpt(&line).await?,
                "DATA" => self.data().await?,
                "RSET" => {
                    (self.from, self.to) = (None, Vec::new());
                    self.act(At::Rset, "250 ok").await?
                }
                "QUIT" => {
                    self.say("221 bye").await?;
                    None
                }
                _ => self.say("502 what?").await?,
            };
            if said.is_none() {
                return Ok(());
            }
        }
    }

    fn offer(&self) -> String {
        let mut lines = vec!["250-scripted".to_owned()];
        if self.clear && matches!(self.shared.setup.secure, Secure::StartTls(_)) {
            lines.push("250-STARTTLS".to_owned());
        }
        if let Some(mechanisms) = self.shared.setup.auth {
            lines.push(format!("250-AUTH {mechanisms}"));
        }
        if self.shared.setup.pipelining {
            lines.push("250-PIPELINING".to_owned());
        }
        lines.push("250 8BITMIME".to_owned());
        lines.join("\r\n")
    }

    async fn start_tls(mut self) -> io::Result<Option<Self>> {
        let Secure::StartTls(tls) = self.shared.setup.secure.clone() else {
            self.say("502 no").await?;
            return Ok(Some(self));
        };
        let usual = match self.shared.setup.injected {
            Some(words) => format!("220 go\r\n{words}"),
            None => "220 go".to_owned(),
        };
        match self.act(At::StartTls, &usual).await? {
            None => return Ok(None),
            Some(said) if !said.starts_with('2') => return Ok(Some(self)),
            Some(_) => {}
        }
        let stream = TlsAcceptor::from(tls).accept(self.stream.into_inner()).await?;
        let stream: Box<dyn Stream> = Box::new(stream);
        Ok(Some(Self {
            stream: BufReader::new(stream),
            clear: false,
            ..self
        }))
    }

    async fn auth(&mut self, line: &str) -> Said {
        if line.to_ascii_uppercase().starts_with("AUTH LOGIN") {
            for challenge in ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"] {
                self.say(challenge).await?;
                self.line().await?;
            }
        }
        self.act(At::Auth, "235 welcome").await
    }

    async fn mail(&mut self, line: &str) -> Said {
        if self.from.is_some() {
            return self.say("503 nested MAIL").await;
        }
        let said = self.act(At::Mail, "250 ok").await?;
        if said.as_ref().is_some_and(|said| said.starts_with('2')) {
            self.from = Some(path(line));
        }
        Ok(said)
    }

    async fn rcpt(&mut self, line: &str) -> Said {
        let to = path(line);
        let act = self.shared.react(At::Rcpt, Some(&to));
        let usual = Self::in_turn(self.from.is_some(), "250 ok");
        let said = self.perform(act, usual).await?;
        if said.as_ref().is_some_and(|said| said.starts_with('2')) {
            self.to.push(to);
        }
        Ok(said)
    }

    fn in_turn(is: bool, usual: &str) -> &str {
        if is { usual } else { "503 not now" }
    }

    async fn data(&mut self) -> Said {
        let usual = Self::in_turn(!self.to.is_empty(), "354 go on");
        let said = self.act(At::Data, usual).await?;
        if !said.as_ref().is_some_and(|said| said.starts_with('3')) {
            return Ok(said);
        }
        let mut bytes = Vec::new();
        loop {
            let mut line = Vec::new();
            if self.stream.read_until(b'\n', &mut line).await? == 0 {
                return Ok(None);
            }
            if line == b".\r\n" {
                break;
            }
            bytes.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        let act = self.shared.react(At::End, self.to.last().map(String::as_str));
        let mail = Mail {
            from: self.from.take().unwrap_or_default(),
            to: std::mem::take(&mut self.to),
            bytes,
            at: Instant::now(),
            connection: self.connection,
        };
        match act {
            Act::TakeAndClose => {
                self.take(mail);
                Ok(None)
            }
            Act::TakeAndStall => {
                self.take(mail);
                std::future::pending().await
            }
            Act::Late(after, words) => {
                tokio::time::sleep(after).await;
                self.verdict(mail, Act::Say(words)).await
            }
            act => self.verdict(mail, act).await,
        }
    }

    /// Keeps the mail before saying yes, so that whoever hears the yes finds it kept.
    async fn verdict(&mut self, mail: Mail, act: Act) -> Said {
        let yes = match &act {
            Act::Say(words) => words.starts_with('2'),
            Act::Raw(bytes) => bytes.starts_with(b"2"),
            other => matches!(other, Act::Usual),
        };
        if yes {
            self.take(mail);
        }
        self.perform(act, "250 taken").await
    }

    fn take(&self, mail: Mail) {
        let mail = Mail {
            at: Instant::now(),
            ..mail
        };
        self.shared.accepted.lock().unwrap().push(mail);
    }

    async fn act(&mut self, at: At, usual: &str) -> Said {
        let act = self.shared.react(at, self.to.last().map(String::as_str));
        self.perform(act, usual).await
    }

    async fn perform(&mut self, act: Act, usual: &str) -> Said {
        match act {
            Act::Usual => self.say(usual).await,
            Act::Say(words) => self.say(&words).await,
            Act::Late(after, words) => {
                tokio::time::sleep(after).await;
                self.say(&words).await
            }
            Act::Raw(bytes) => {
                self.stream.write_all(&bytes).await?;
                self.stream.flush().await?;
                Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
            }
            Act::Stall | Act::TakeAndStall => std::future::pending().await,
            Act::Close | Act::TakeAndClose => Ok(None),
        }
    }

    async fn say(&mut self, words: &str) -> Said {
        self.stream.write_all(format!("{words}\r\n").as_bytes()).await?;
        self.stream.flush().await?;
        Ok(Some(words.to_owned()))
    }

    async fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }
}

fn path(line: &str) -> String {
    let open = line.split_once('<').map_or("", |(_, rest)| rest);
    open.split_once('>').map_or("", |(path, _)| path).to_owned()
}
