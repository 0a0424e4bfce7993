//! What is typed and sent that should not be, and clients that do not speak.

use crate::{asked, site, site_with, village};

#[tokio::test]
async fn bad_input_gets_a_page_in_its_language_and_never_a_fault_of_ours() {
    let site = site().await;
    let long = "长".repeat(10_000);
    let values = [
        "\0",
        "",
        "   \u{3000}",
        &long,
        "𠮷𬭎鿍",
        "\u{202e}abc",
        "-1",
        "9223372036854775808",
        "<script>",
        "%00%ff",
        "24:00",
    ];
    for path in ["/signin", "/slip", "/language", "/link/x", "/signout"] {
        for value in values {
            let mut browser = site.browser();
            let fields = [
                ("login", value),
                ("password", value),
                ("code", value),
                ("next", value),
                ("back", value),
                ("language", value),
            ];
            let answer = browser.post(path, &fields).await;
            assert!(answer.status.as_u16() < 500, "{path} {value:?}: {}", answer.text);
            assert!(!answer.says("<script>"), "{path}");
            let english = site
                .browser()
                .says("accept-language", "en")
                .post(path, &fields)
                .await;
            assert!(
                english.status.as_u16() < 500 && !english.text.contains("返回首页"),
                "{path} {value:?}"
            );
        }
        for raw in [
            &b"a=1&a=2&login=1&login=2&code=1&code=2&language=en&language=en"[..],
            b"%",
            b"=&=&;",
            b"\xff\xfe",
        ] {
            let answer = site.browser().post_raw(path, raw.to_vec().into()).await;
            assert!(answer.status.as_u16() < 500, "{path}: {}", answer.text);
        }
        let endless = vec![b'a'; 70 * 1024];
        if path == "/signin" {
            let answer = site.browser().post_raw(path, endless.into()).await;
            answer.must_be(413).must_say("内容太大").must_say("64KiB");
        }
    }
    let twice = site
        .browser()
        .post_raw("/signin", b"login=1&login=2".to_vec().into())
        .await;
    twice.must_be(422).must_say("“login”");
    let json = site
        .browser()
        .send(
            hyper::Method::POST,
            "/signin",
            Some("application/json"),
            "{}".into(),
        )
        .await;
    assert!(json.must_be(415).says("<html"));
    let put = site
        .browser()
        .send(hyper::Method::PUT, "/signin", None, "".into())
        .await;
    put.must_be(405).must_say("请返回页面操作");
}

#[tokio::test]
async fn bad_input_at_the_desk_never_is_a_fault_of_ours() {
    let site = site().await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    let long = "长".repeat(10_000);
    for value in [
        "\0",
        " ",
        long.as_str(),
        "𠮷𬭎鿍",
        "\u{202e}",
        "-1",
        "9223372036854775808",
        "2026-02-30",
        "24:00",
        "<script>alert(1)</script>",
    ] {
        for path in ["/desk", "/desk/incident"] {
            let names = [
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
            for name in names {
                let answer = clerk
                    .post(
                        path,
                        &[("class", "storm"), ("place", "一组"), (name, value)]
                            .iter()
                            .rev()
                            .enumerate()
                            .filter(|(at, (key, _))| *at == 0 || *key != name)
                            .map(|(_, pair)| *pair)
                            .collect::<Vec<_>>(),
                    )
                    .await;
                assert!(
                    answer.status.as_u16() < 500,
                    "{path} {name} {value:?}: {}",
                    answer.text
                );
                assert!(!answer.says("<script>alert"), "{path} {name}");
            }
        }
        let query: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        for path in [
            "/desk?unit=",
            "/desk/incident?obligation=",
            "/receipt/",
            "/slip?c=",
            "/signin?next=",
        ] {
            if query.len() < 4000 {
                let answer = clerk.get(&format!("{path}{}", query.replace('+', "%20"))).await;
                assert!(answer.status.as_u16() < 500, "{path} {value:?}: {}", answer.text);
            }
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
