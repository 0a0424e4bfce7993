//! Knows how a test drives a real Chromium: what a person sees and presses, and what the browser complains of.
#![expect(clippy::disallowed_methods, reason = "a browser is waited for in real time")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// How long a page may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);
/// How long a journey may take: a browser that hangs must not hang the tests.
const JOURNEY: Duration = Duration::from_secs(180);
/// How often a page is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(100);

/// What a browser is like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) language: &'static str,
}

impl Kind {
    /// An office computer.
    pub(crate) const OFFICE: Self = Self {
        width: 1366,
        height: 768,
        language: "zh-CN",
    };
    /// A phone.
    pub(crate) const PHONE: Self = Self {
        width: 360,
        height: 740,
        ..Self::OFFICE
    };

    /// The same one of somebody who reads English.
    pub(crate) const fn english(self) -> Self {
        Self {
            language: "en",
            ..self
        }
    }
}

/// A Chromium of its own, driven by a ChromeDriver of its own; both end with it.
#[derive(Debug)]
pub(crate) struct Chrome {
    client: Client,
    base: String,
    driver: Driver,
}

#[derive(Debug)]
struct Driver {
    child: Arc<Mutex<Child>>,
    port: u16,
    _profile: tempfile::TempDir,
}

/// A command that WebDriver does not know and ChromeDriver does.
#[derive(Debug)]
struct Own(&'static str, Value);

impl WebDriverCompatibleCommand for Own {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.0))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.1.to_string()))
    }
}

impl Driver {
    fn start() -> Self {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts: install chromium-driver, or set ALLCLEAR_SKIP_BROWSER");
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let port = loop {
            line.clear();
            assert!(said.read_line(&mut line).unwrap() > 0, "chromedriver ended");
            let port = line
                .split_once("successfully on port ")
                .map(|(_, port)| port.trim());
            if let Some(port) = port {
                break port.trim_end_matches('.').parse().unwrap();
            }
        };
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

    fn capabilities(&self, kind: Kind) -> Value {
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

impl Chrome {
    /// Starts a browser that finds the service at an address such as `http://127.0.0.1:8080`.
    pub(crate) async fn start(base: &str, kind: Kind) -> Self {
        let driver = Driver::start();
        let Value::Object(capabilities) = driver.capabilities(kind) else {
            unreachable!("capabilities are an object")
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await
            .unwrap();
        Self {
            client,
            base: base.to_owned(),
            driver,
        }
    }

    /// Opens a page.
    pub(crate) async fn open(&self, path: &str) -> &Self {
        let address = match path.starts_with("http") {
            true => path.to_owned(),
            false => format!("{}{path}", self.base),
        };
        self.client.goto(&address).await.unwrap();
        self
    }

    /// Opens the same page once more.
    pub(crate) async fn reload(&self) -> &Self {
        self.client.refresh().await.unwrap();
        self
    }

    /// Gives what can be read on the page.
    pub(crate) async fn text(&self) -> String {
        match self.client.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Waits until the page says something.
    pub(crate) async fn sees(&self, words: &str) -> &Self {
        let begun = Instant::now();
        loop {
            let text = self.text().await;
            if text.contains(words) {
                return self;
            }
            let at = self.client.current_url().await;
            assert!(
                begun.elapsed() < PATIENCE,
                "{words:?} did not appear at {at:?}:\n{text}"
            );
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Presses what carries these words: a button, a link, a label or the head of a fold.
    pub(crate) async fn press(&self, words: &str) -> &Self {
        let is = |tag: &str| format!("//{tag}[contains(normalize-space(.), '{words}')]");
        let tags = ["button", "a", "label", "summary"].map(is);
        self.press_at(Locator::XPath(&tags.join(" | "))).await
    }

    /// Presses what a style rule selects.
    pub(crate) async fn press_css(&self, css: &str) -> &Self {
        self.press_at(Locator::Css(css)).await
    }

    async fn press_at(&self, place: Locator<'_>) -> &Self {
        let begun = Instant::now();
        loop {
            for found in self.client.find_all(place).await.unwrap_or_default() {
                let shown = found.is_displayed().await.unwrap_or_default();
                if shown && found.click().await.is_ok() {
                    return self;
                }
            }
            if begun.elapsed() > PATIENCE {
                panic!("nothing to press at {place:?}:\n{}", self.text().await);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Types into the field of an id, in place of what is there.
    pub(crate) async fn types(&self, id: &str, text: &str) -> &Self {
        let field = self.client.wait().for_element(Locator::Id(id)).await;
        let field = field.unwrap_or_else(|e| panic!("no field {id}: {e}"));
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
        self
    }

    /// Sets the value of a field that is awkward to type into, such as a time.
    pub(crate) async fn sets(&self, id: &str, value: &str) -> &Self {
        self.run(
            "document.getElementById(arguments[0]).value = arguments[1];",
            &[json!(id), json!(value)],
        )
        .await;
        self
    }

    /// Runs a script on the page.
    pub(crate) async fn run(&self, script: &str, args: &[Value]) -> Value {
        self.client.execute(script, args.to_vec()).await.unwrap()
    }

    /// Gives what the browser has complained of since it was asked last, but for answers such as 422 to a form.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let log = self.log("browser").await;
        let all = log.iter().filter(|entry| entry["level"] == "SEVERE");
        all.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
            .filter(|message| !message.contains("the server responded with a status of 4"))
            .collect()
    }

    /// Gives the requests to anybody but the service since it was asked last.
    pub(crate) async fn strays(&self) -> Vec<String> {
        let log = self.log("performance").await;
        let mut strays = Vec::new();
        for entry in &log {
            let event: Value = serde_json::from_str(entry["message"].as_str().unwrap()).unwrap();
            let event = &event["message"];
            if event["method"] != "Network.requestWillBeSent" {
                continue;
            }
            let url = event["params"]["request"]["url"].as_str().unwrap_or_default();
            let ours = ["data:", "about:", "blob:", "chrome"]
                .iter()
                .any(|own| url.starts_with(own));
            if !ours && !url.starts_with(&self.base) {
                strays.push(url.to_owned());
            }
        }
        strays
    }

    async fn log(&self, kind: &'static str) -> Vec<Value> {
        let log = self
            .client
            .issue_cmd(Own("se/log", json!({ "type": kind })))
            .await;
        log.unwrap().as_array().cloned().unwrap_or_default()
    }

    /// Ends a journey: nothing was complained of, nobody else was asked for anything.
    pub(crate) async fn ends(self) {
        let none: [String; 0] = [];
        assert_eq!(self.complaints().await, none);
        assert_eq!(self.strays().await, none);
        let Self { client, driver, .. } = self;
        let _ = client.close().await;
        drop(driver);
    }
}
