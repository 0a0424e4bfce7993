//! Knows how a ChromeDriver is started and ended, and what kind of browser it drives.
#![expect(clippy::disallowed_methods, reason = "a browser is waited for in real time")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long a journey may take: a browser that hangs must not hang the tests.
const JOURNEY: Duration = Duration::from_secs(900);

/// What a browser is like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) language: &'static str,
    pub(crate) script: bool,
    /// By which name the browser knows this machine; by a number it trusts it as it trusts HTTPS.
    pub(crate) host: &'static str,
}

impl Kind {
    /// An office computer.
    pub(crate) const OFFICE: Self = Self {
        width: 1366,
        height: 768,
        language: "zh-CN",
        script: true,
        host: "127.0.0.1",
    };
    /// A phone.
    pub(crate) const PHONE: Self = Self {
        width: 360,
        height: 740,
        ..Self::OFFICE
    };

    /// The same one without JavaScript.
    pub(crate) const fn without_script(self) -> Self {
        Self {
            script: false,
            ..self
        }
    }

    /// The same one in a plain intranet, where browsers allow less.
    pub(crate) const fn plain(self) -> Self {
        Self {
            host: "desk.county.example",
            ..self
        }
    }

    /// The same one of somebody who reads English.
    pub(crate) const fn english(self) -> Self {
        Self {
            language: "en",
            ..self
        }
    }
}

/// A ChromeDriver; it ends its browsers with it.
#[derive(Debug)]
pub(crate) struct Driver {
    child: Arc<Mutex<Child>>,
    pub(crate) port: u16,
    _profile: tempfile::TempDir,
}

impl Driver {
    pub(crate) fn start() -> Self {
        // It ends at once when somebody else takes the port that it was about to have.
        let (child, mut said, port) = (0..5)
            .find_map(|_| Self::try_start())
            .expect("chromedriver stays and says its port");
        // What it says later goes nowhere, and must not block it.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        let child = Arc::new(Mutex::new(child));
        let watched = Arc::downgrade(&child);
        std::thread::spawn(move || {
            std::thread::sleep(JOURNEY);
            if let Some(child) = watched.upgrade() {
                let _ = child.lock().unwrap().kill();
            }
        });
        Self {
            child,
            port,
            _profile: tempfile::tempdir().unwrap(),
        }
    }

    fn spawn() -> Child {
        Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts: install chromium-driver, or set ALLCLEAR_SKIP_BROWSER")
    }

    /// Gives a driver, what it says, and its port; `None` when it ended at once.
    #[expect(clippy::zombie_processes, reason = "what ended at once goes with the test")]
    fn try_start() -> Option<(Child, BufReader<ChildStdout>, u16)> {
        let mut child = Self::spawn();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        loop {
            line.clear();
            let read = said.read_line(&mut line).unwrap();
            let port = line
                .split_once("successfully on port ")
                .map(|(_, port)| port.trim().trim_end_matches('.').parse().unwrap());
            if read == 0 || port.is_some() {
                return port.map(|port| (child, said, port));
            }
        }
    }

    pub(crate) fn capabilities(&self, kind: Kind) -> Value {
        let mut args: Vec<String> = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
        ]
        .map(str::to_owned)
        .to_vec();
        args.push(format!("--user-data-dir={}", self._profile.path().display()));
        if kind.host != Kind::OFFICE.host {
            args.push(format!("--host-resolver-rules=MAP {} 127.0.0.1", kind.host));
            args.push("--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable".to_owned());
        }
        args.push(format!("--lang={}", kind.language));
        args.push(format!("--window-size={},{}", kind.width, kind.height));
        let preferences = json!({ "intl.accept_languages": kind.language });
        let mut chrome = json!({ "args": args, "prefs": preferences });
        if kind.width < 500 {
            // A window is no narrower than 500; a phone is.
            chrome["mobileEmulation"] = json!({
                "deviceMetrics": {
                    "width": kind.width, "height": kind.height, "pixelRatio": 1.0, "touch": true, "mobile": true,
                },
            });
        }
        json!({
            "browserName": "chrome",
            "pageLoadStrategy": "normal",
            "goog:chromeOptions": chrome,
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        })
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It ends its browsers too, which a kill would leave behind.
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
            let _ = write!(
                stream,
                "GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n",
                self.port
            );
            let _ = stream.read(&mut [0; 64]);
        }
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(5) {
            if matches!(self.child.lock().unwrap().try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let mut child = self.child.lock().unwrap();
        let _ = child.kill();
        let _ = child.wait();
    }
}
