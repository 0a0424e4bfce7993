//! Knows how a test drives a real Chromium: what a person sees and presses, and what the browser complains of.
#![expect(clippy::disallowed_methods, reason = "a browser is waited for in real time")]

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::driver::Driver;
pub(crate) use crate::driver::Kind;

/// How long a page may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);
/// How often a page is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(100);

/// A Chromium of its own, driven by a ChromeDriver of its own; both end with it.
#[derive(Debug)]
pub(crate) struct Chrome {
    client: Client,
    base: String,
    driver: Driver,
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
        let chrome = Self {
            client,
            base: base.replace("127.0.0.1", kind.host),
            driver,
        };
        if !kind.script {
            // Pages have no script of their own, so without these files nothing runs; switched off altogether, the
            // driver could not look at the page either.
            chrome.devtools("Network.enable", json!({})).await;
            let files = json!({ "urls": ["*.js"] });
            chrome.devtools("Network.setBlockedURLs", files).await;
        }
        chrome
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

    /// Forgets who was signed in.
    pub(crate) async fn forget(&self) -> &Self {
        self.devtools("Network.clearBrowserCookies", json!({})).await;
        self
    }

    /// Waits until something that a style rule selects is there.
    pub(crate) async fn shows(&self, css: &str) -> &Self {
        let found = self
            .client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(css))
            .await;
        if found.is_err() {
            panic!("{css} does not appear:\n{}", self.text().await);
        }
        self
    }

    /// Opens a page that a browser without a connection may not get; says whether it came.
    pub(crate) async fn tries(&self, path: &str) -> bool {
        self.client.goto(&format!("{}{path}", self.base)).await.is_ok()
    }

    /// Asks the browser itself for something, as its developer tools do.
    pub(crate) async fn devtools(&self, command: &str, params: Value) -> Value {
        let asked = json!({ "cmd": command, "params": params });
        self.client
            .issue_cmd(Own("goog/cdp/execute", asked))
            .await
            .unwrap()
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

    /// Waits until the page no longer says something.
    pub(crate) async fn sees_no(&self, words: &str) -> &Self {
        let begun = Instant::now();
        while self.text().await.contains(words) {
            assert!(begun.elapsed() < PATIENCE, "{words:?} stays");
            tokio::time::sleep(LOOK).await;
        }
        self
    }

    /// Waits until another page than this one has been loaded: what is opened earlier would be overtaken by it.
    pub(crate) async fn leaves(&self, path: &str) -> &Self {
        let begun = Instant::now();
        let script =
            "return document.readyState === 'complete' && !location.pathname.startsWith(arguments[0]);";
        // While a page goes, a script may find none to run in.
        let done = async || {
            self.client
                .execute(script, vec![json!(path)])
                .await
                .is_ok_and(|it| it == true)
        };
        while !done().await {
            assert!(
                begun.elapsed() < PATIENCE,
                "still at {path}:\n{}",
                self.text().await
            );
            tokio::time::sleep(LOOK).await;
        }
        self
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
        let field = self.field(id).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
        self
    }

    /// Sets the value of a field that is awkward to type into, such as a time.
    pub(crate) async fn sets(&self, id: &str, value: &str) -> &Self {
        self.field(id).await;
        self.run(
            "document.getElementById(arguments[0]).value = arguments[1];",
            &[json!(id), json!(value)],
        )
        .await;
        self
    }

    /// Waits for the field of an id: whoever pressed a button may still be on the page before.
    async fn field(&self, id: &str) -> Element {
        let field = self.client.wait().for_element(Locator::Id(id)).await;
        field.unwrap_or_else(|e| panic!("no field {id}: {e}"))
    }

    /// Attaches a file of this machine in the field of an id.
    pub(crate) async fn attaches(&self, id: &str, path: &str) -> &Self {
        let field = self.field(id).await;
        field.send_keys(path).await.unwrap();
        self
    }

    /// Runs a script on the page.
    pub(crate) async fn run(&self, script: &str, args: &[Value]) -> Value {
        self.client.execute(script, args.to_vec()).await.unwrap()
    }

    /// Runs a script that calls its last argument when it is done.
    pub(crate) async fn waits_for(&self, script: &str, args: &[Value]) -> Value {
        self.client.execute_async(script, args.to_vec()).await.unwrap()
    }

    /// Chooses from the list of an id.
    pub(crate) async fn chooses(&self, id: &str, value: &str) -> &Self {
        let list = self.field(id).await;
        list.select_by_value(value).await.unwrap();
        self
    }

    /// Takes a picture of the window as WebP, so many pixels wide.
    pub(crate) async fn light_picture(&self, width: u32) -> Vec<u8> {
        let size = self.run("return [innerWidth, innerHeight];", &[]).await;
        let (w, h) = (size[0].as_u64().unwrap(), size[1].as_u64().unwrap());
        let clip = json!({ "x": 0, "y": 0, "width": w, "height": h, "scale": f64::from(width) / w as f64 });
        let asked = json!({ "format": "webp", "quality": 80, "clip": clip });
        let taken = self.devtools("Page.captureScreenshot", asked).await;
        BASE64_STANDARD.decode(taken["data"].as_str().unwrap()).unwrap()
    }

    /// Takes a picture of the window.
    pub(crate) async fn picture(&self) -> Vec<u8> {
        self.client.screenshot().await.unwrap()
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
        self.ends_cut().await;
    }

    /// Ends a journey on which the connection was lost, which browsers complain of.
    pub(crate) async fn ends_cut(self) {
        let none: [String; 0] = [];
        assert_eq!(self.strays().await, none);
        let Self { client, driver, .. } = self;
        let _ = client.close().await;
        drop(driver);
    }
}
