//! What is typed and sent that should not be, and clients that do not speak.

use allclear::domain::access::Door;
use allclear::web;
use axum::routing::get;
use hyper::Method;

use crate::support::{Answer, Site};
use crate::{asked, site, site_with, village};

/// What people and programs put into any field.
fn values() -> Vec<String> {
    let short = [
        "",
        "\0",
        "   \u{3000}",
        "𠮷𬭎鿍",
        "\u{202e}abc",
        "-1",
        "9223372036854775808",
        "2026-02-30",
        "24:00",
        "%00%ff",
        "<script>alert(1)</script>",
    ];
    let mut values: Vec<String> = short.map(str::to_owned).to_vec();
    values.push("长".repeat(10_000));
    values
}

/// Holds that an answer is a page that says something, and not what was typed as it was.
fn is_a_page(answer: &Answer, about: &str) {
    assert!(answer.status.as_u16() < 500, "{about}: {}", answer.text);
    assert!(!answer.says("<script>alert"), "{about}");
}

const OPEN: [&str; 5] = ["/signin", "/slip", "/language", "/link/x", "/signout"];

#[tokio::test]
async fn bad_input_gets_a_page_in_its_language_and_never_a_fault_of_ours() {
    let site = site().await;
    for path in OPEN {
        for value in values() {
            let names = ["login", "password", "code", "next", "back", "language"];
            let fields = names.map(|name| (name, value.as_str()));
            let about = format!("{path} {value:?}");
            is_a_page(&site.browser().post(path, &fields).await, &about);
            let mut english = site.browser().says("accept-language", "en");
            let answer = english.post(path, &fields).await;
            is_a_page(&answer, &about);
            assert!(!answer.says("返回首页"), "{about}");
        }
    }
}

#[tokio::test]
async fn what_is_no_form_gets_a_page_too() {
    let site = site().await;
    let raw: [&[u8]; 4] = [
        b"a=1&a=2&login=1&login=2&code=1&code=2",
        b"%",
        b"=&=&;",
        b"\xff\xfe",
    ];
    for path in OPEN {
        for bytes in raw {
            is_a_page(&site.browser().post_raw(path, bytes.to_vec().into()).await, path);
        }
    }
    let twice = site.browser().post_raw("/signin", "login=1&login=2".into()).await;
    twice.must_be(422).must_say("“login”");
    let endless = site
        .browser()
        .post_raw("/signin", vec![b'a'; 70 * 1024].into())
        .await;
    endless.must_be(413).must_say("内容太大").must_say("64KiB");
    let kind = Some("application/json");
    let json = site
        .browser()
        .send(Method::POST, "/signin", kind, "{}".into())
        .await;
    assert!(json.must_be(415).says("<html"));
    let put = site.browser().send(Method::PUT, "/signin", None, "".into()).await;
    put.must_be(405).must_say("请返回页面操作");
}

const DESK: [&str; 10] = [
    "obligation",
    "uuid",
    "day",
    "class",
    "place",
    "what",
    "dead",
    "occurred",
    "measures",
    "reason",
];

#[tokio::test]
async fn bad_input_at_the_desk_never_is_a_fault_of_ours() {
    let site = site().await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    for value in values() {
        for (path, name) in DESK
            .iter()
            .flat_map(|name| [("/desk", *name), ("/desk/incident", *name)])
        {
            let mut fields = vec![("class", "storm"), ("place", "一组")];
            fields.retain(|(key, _)| *key != name);
            fields.push((name, &value));
            let answer = clerk.post(path, &fields).await;
            is_a_page(&answer, &format!("{path} {name} {value:?}"));
        }
    }
}

#[tokio::test]
async fn bad_addresses_never_are_a_fault_of_ours() {
    let site: Site = site().await;
    let mut clerk = village(&site, "朱家村").await;
    for value in values().into_iter().filter(|value| value.len() < 1000) {
        let typed: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let typed = typed.replace('+', "%20");
        for start in [
            "/desk?unit=",
            "/desk/incident?obligation=",
            "/receipt/",
            "/slip?c=",
            "/signin?next=",
            "/link/",
        ] {
            let path = format!("{start}{typed}");
            is_a_page(&clerk.get(&path).await, &path);
        }
    }
}

#[tokio::test]
async fn a_client_that_says_nothing_is_let_go() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let site = site_with(&[("web.header_timeout", "300ms"), ("web.request_timeout", "700ms")]).await;
    for words in ["", "GET / HTT", "GET / HTTP/1.1\r\nhost: a\r\nx: "] {
        let mut silent = tokio::net::TcpStream::connect(site.at).await.unwrap();
        silent.write_all(words.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let ended =
            tokio::time::timeout(std::time::Duration::from_secs(3), silent.read_to_end(&mut rest)).await;
        assert!(ended.is_ok(), "{words:?} held the connection");
    }
    let mut slow = tokio::net::TcpStream::connect(site.at).await.unwrap();
    let head = "POST /signin HTTP/1.1\r\nhost: a\r\nsec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n\r\nlogin=";
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(std::time::Duration::from_secs(3), slow.read_to_end(&mut rest)).await;
    assert!(ended.is_ok());
    let text = String::from_utf8_lossy(&rest);
    assert!(
        text.starts_with("HTTP/1.1 408") && text.contains("没有收完"),
        "{text}"
    );
    site.browser().get("/healthz").await.must_be(200);
}

#[tokio::test]
async fn a_handler_that_panics_fails_alone_and_in_words() {
    let routes = ["/broken", "/api/broken"].map(|path| web::Route {
        path,
        door: Door::Anyone,
        methods: get(async || -> &'static str { panic!("as it must") }),
    });
    let site = Site::with(site().await.house.clone(), routes.into()).await;
    let answer = site.browser().get("/broken").await;
    answer
        .must_be(500)
        .must_say("系统出了问题")
        .must_say("0793-6210000");
    let problem = site.browser().get("/api/broken").await;
    problem.must_be(500).must_say("urn:allclear:problem:internal");
    assert_eq!(problem.header("content-type"), "application/problem+json");
    site.browser().get("/signin").await.must_be(200);
}
