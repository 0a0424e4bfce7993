//! Knows how a test runs the real program: its commands, its server, and clients that load it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

/// The program under test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_allclear");

/// How long the program may take to start on a busy machine.
const STARTS: Duration = Duration::from_secs(60);

/// A folder with a deployment in it.
#[derive(Debug)]
pub struct Office {
    pub folder: tempfile::TempDir,
    /// Settings of every command.
    pub set: Vec<String>,
}

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Said {
    /// Checks that the command succeeded, and gives what it answered.
    pub fn good(self) -> String {
        assert_eq!(self.code, Some(0), "{}\n{}", self.out, self.err);
        self.out
    }

    /// Checks the exit code of a command that did not do it, and gives the sentence.
    pub fn refused(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self.err
    }
}

/// Prepares the program, untouched by the environment of whoever runs the tests.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    let strange = std::env::vars_os().map(|(name, _)| name).filter(|name| {
        let name = name.to_string_lossy();
        name.starts_with("ALLCLEAR") || name.starts_with("LC_") || name == "LANG"
    });
    for name in strange {
        command.env_remove(name);
    }
    command
        .env("LANG", "en_US.UTF-8")
        .env("ALLCLEAR__LOG__LEVEL", "error")
        .current_dir(folder);
    command
}

impl Office {
    /// Begins a deployment with some settings.
    pub fn new(set: &[&str]) -> Self {
        let office = Self {
            folder: tempfile::tempdir().unwrap(),
            set: set.iter().map(|text| (*text).to_owned()).collect(),
        };
        office.run(&["init"]).good();
        office
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str]) -> Said {
        let mut command = program(self.folder.path());
        for set in &self.set {
            command.args(["--set", set]);
        }
        command.args(args).output().unwrap().into()
    }

    /// Imports a county of one township and so many villages, asks all of them from now until tomorrow night, and
    /// gives a token that reports for them.
    pub fn with_villages(&self, count: usize) -> String {
        let mut table = String::from("code,parent_code,name,kind\n361128,,Lake County,county\n");
        table.push_str("361128101,361128,East Town,township\n");
        for n in 0..count {
            table.push_str(&format!(",361128101,Village {n},village\n"));
        }
        let file = self.folder.path().join("units.csv");
        std::fs::write(&file, table).unwrap();
        self.run(&["units", "import", "units.csv"]).good();
        self.run(&[
            "period",
            "declare",
            "--name",
            "flood season",
            "--basis",
            "notice 1",
            "--ends",
            "+30d",
            "--scope",
            "361128",
            "--kinds",
            "village",
            "--round",
            "report 00:00-+1 23:58 grace 0m closes +1 23:59",
        ])
        .good();
        self.run(&["token", "issue", "--unit", "361128", "--label", "load"])
            .good()
            .trim()
            .to_owned()
    }

    /// Starts the server and waits until it is ready.
    pub fn start(&self) -> Server {
        let server = self.start_unready();
        server.wait_ready();
        server
    }

    /// Starts the server, of which something keeps it from being ready.
    pub fn start_unready(&self) -> Server {
        let mut command = program(self.folder.path());
        for set in &self.set {
            command.args(["--set", set]);
        }
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        Server::begin(command, "Serving at ")
    }
}

/// A running server; it is killed when the test ends.
#[derive(Debug)]
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    /// What it printed so far.
    pub lines: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts a program and waits until it is ready.
    pub fn spawn(command: Command, mark: &str) -> Self {
        let server = Self::begin(command, mark);
        server.wait_ready();
        server
    }

    /// Starts a program and waits for the line that says where it listens.
    fn begin(mut command: Command, mark: &str) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (tell, told) = std::sync::mpsc::channel();
        let (kept, out) = (lines.clone(), child.stdout.take().unwrap());
        let mark = mark.to_owned();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if let Some(rest) = line.split(&mark).nth(1) {
                    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ':'));
                    let address = rest[..end.unwrap_or(rest.len())].trim_end_matches([':', '.']);
                    let _ = tell.send(address.parse::<SocketAddr>());
                }
                kept.lock().unwrap().push(line);
            }
        });
        let address = told.recv_timeout(STARTS).expect("the server starts").unwrap();
        Self {
            child,
            address,
            lines,
        }
    }

    fn wait_ready(&self) {
        let ready = || self.get("/readyz", "").is_some_and(|answer| answer.status == 200);
        assert!(within(STARTS, ready), "the server does not get ready");
    }

    /// Kills it at once, as a power failure would.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop; gives the exit code and how many tenths of a second it took.
    pub fn stop(&mut self) -> (Option<i32>, u32) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        for tenths in 0..200 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status.code(), tenths);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("it does not stop");
    }

    /// Gets a page, with a cookie or without.
    pub fn get(&self, path: &str, cookie: &str) -> Option<Answer> {
        let cookie = match cookie {
            "" => String::new(),
            cookie => format!("Cookie: {cookie}\r\n"),
        };
        exchange(
            self.address,
            &format!("GET {path} HTTP/1.1\r\nAccept-Language: en\r\n{cookie}"),
            "",
        )
    }

    /// Sends bytes as they are; `None` when the connection ends without an answer.
    pub fn raw(&self, bytes: &[u8]) -> Option<Answer> {
        let mut stream = TcpStream::connect_timeout(&self.address, Duration::from_secs(5)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
        // It may have answered and closed before everything was sent.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let text = String::from_utf8_lossy(&answer);
        let (head, body) = text.split_once("\r\n\r\n")?;
        Some(Answer {
            status: head.split(' ').nth(1)?.parse().ok()?,
            head: head.to_owned(),
            body: body.to_owned(),
        })
    }

    /// Asks what a village owes.
    pub fn owed(&self, token: &str, village: usize) -> Option<i64> {
        owed(self.address, token, village)
    }

    /// Sends a report; `None` when the connection breaks.
    pub fn report(&self, token: &str, body: &Value) -> Option<Answer> {
        report(self.address, token, body)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer over HTTP.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    /// Reads the body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// Gives a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

pub(super) fn report(address: SocketAddr, token: &str, body: &Value) -> Option<Answer> {
    let head = format!(
        "POST /api/v1/check-ins HTTP/1.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    );
    exchange(address, &head, &body.to_string())
}

/// Asks what a village owes; `None` when the connection breaks or it owes nothing.
pub(super) fn owed(address: SocketAddr, token: &str, village: usize) -> Option<i64> {
    let head =
        format!("GET /api/v1/units/id:{village}/obligations HTTP/1.1\r\nAuthorization: Bearer {token}\r\n");
    let answer = exchange(address, &head, "")?;
    answer.json()["obligations"][0]["id"].as_i64()
}

/// Sends one request on a connection of its own and reads the whole answer.
fn exchange(address: SocketAddr, head: &str, body: &str) -> Option<Answer> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let length = body.len();
    let request =
        format!("{head}Host: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    // Half an answer is none.
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.parse::<usize>().ok())?
    });
    if length.is_some_and(|length| body.len() < length) {
        return None;
    }
    Some(Answer {
        status,
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

/// Asks again until something holds or the time is over.
pub fn within(time: Duration, holds: impl Fn() -> bool) -> bool {
    let pause = Duration::from_millis(50);
    let tries = time.as_millis() / pause.as_millis();
    (0..tries).any(|_| {
        let held = holds();
        if !held {
            std::thread::sleep(pause);
        }
        held
    })
}

/// Gives the path of a file in a folder, as an argument.
pub fn path(folder: &Path, name: &str) -> (PathBuf, String) {
    let path = folder.join(name);
    let text = path.display().to_string();
    (path, text)
}
