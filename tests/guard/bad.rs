//! The list of bad input, given to the real program on both databases: it answers in words, and goes on.

use std::io::Write as _;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::on_both;
use crate::support::office::{Office, Server};

/// Texts that people and programs put into any field, and that no text can be.
fn texts() -> Vec<Value> {
    let mut texts = vec![
        json!("\0"),
        json!("a\0b"),
        json!("   \u{3000}\u{200b}"),
        json!("\u{202e}gnorw"),
        json!("𠮷𬭎鿍 🚒"),
        json!("'; DROP TABLE unit; --"),
        json!("=cmd|' /C calc'!A0"),
        json!("<script>alert(1)</script>"),
        json!("字".repeat(10_000)),
        json!("\u{300}".repeat(5000)),
        json!("2026-02-30T00:00:00+08:00"),
        json!("2026-06-01T24:00:00+08:00"),
        json!("2026-06-01T23:59:60+08:00"),
        json!("-999999999-01-01T00:00:00Z"),
    ];
    for number in [
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "1e400",
        "-0.0",
    ] {
        texts.push(serde_json::from_str(number).unwrap_or(Value::Null));
    }
    texts.extend([json!([]), json!({}), json!(true), json!(null)]);
    texts
}

const FIELDS: [&str; 9] = [
    "id",
    "unit",
    "kind",
    "obligation",
    "claimed",
    "reason",
    "provenance",
    "nothing_of_ours",
    "incident",
];
const INCIDENT: [&str; 8] = [
    "class", "severity", "place", "what", "dead", "loss", "occurred", "urgent",
];

/// Sends bytes as a report.
fn report(server: &Server, token: &str, body: &[u8]) -> Option<crate::support::office::Answer> {
    let head = format!(
        "POST /api/v1/check-ins HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\n\
        content-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        server.address,
        body.len()
    );
    server.raw(&[head.as_bytes(), body].concat())
}

/// Holds that an answer is a problem or a receipt in JSON, and no fault of ours.
fn in_words(answer: Option<crate::support::office::Answer>, about: &str) -> u16 {
    let answer = answer.unwrap_or_else(|| panic!("{about}: no answer"));
    assert!(answer.status < 500, "{about}: {} {}", answer.status, answer.body);
    let told: Value =
        serde_json::from_str(&answer.body).unwrap_or_else(|e| panic!("{about}: {e}: {}", answer.body));
    assert!(told.is_object(), "{about}");
    answer.status
}

fn api(server: &Server, token: &str) {
    for field in FIELDS {
        for value in texts() {
            let mut body = json!({ "id": Uuid::new_v4(), "unit": 3, "kind": "all_clear" });
            body[field] = value;
            let about = format!("{field}: {:.60}", body[field].to_string());
            in_words(report(server, token, body.to_string().as_bytes()), &about);
        }
    }
    for field in INCIDENT {
        for value in texts() {
            let mut body = json!({ "id": Uuid::new_v4(), "unit": 3, "kind": "incident",
                "incident": { "class": "flood", "place": "the dike" } });
            body["incident"][field] = value;
            let about = format!("incident.{field}: {:.60}", body["incident"][field].to_string());
            in_words(report(server, token, body.to_string().as_bytes()), &about);
        }
    }
    let id = Uuid::new_v4();
    let refused: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"{".to_vec(),
        b"\xff\xfe{\0}\0".to_vec(),
        b"\xef\xbb\xbf{}".to_vec(),
        format!(r#"{{"id":"{id}","unit":3,"unit":4,"kind":"all_clear"}}"#).into_bytes(),
        format!(
            r#"{{"id":"{id}","unit":3,"kind":"incident","incident":{{"class":"flood","place":"\ud800"}}}}"#
        )
        .into_bytes(),
        format!(r#"{{"id":"{id}","unit":99999999999999999999999,"kind":"all_clear"}}"#).into_bytes(),
        format!(r#"{{"id":"{id}","unit":1e999,"kind":"all_clear"}}"#).into_bytes(),
        "[".repeat(100_000).into_bytes(),
        "{\"a\":".repeat(40_000).into_bytes(),
        vec![b' '; 300 * 1024],
    ];
    for body in refused {
        let about = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let status = in_words(report(server, token, &body), &about);
        assert!((400..500).contains(&status), "{about}: {status}");
    }
}

/// Heads of requests that are none, or claim what is not so.
fn heads(server: &Server) {
    let long = "a".repeat(64 * 1024);
    let heads: Vec<Vec<u8>> = vec![
        b"\r\n\r\n".to_vec(),
        b"\0\0\0\0\r\n\r\n".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        b"GET http://evil.example/ HTTP/1.1\r\nhost: evil.example\r\n\r\n".to_vec(),
        b"GET /../../etc/passwd HTTP/1.1\r\nhost: a\r\n\r\n".to_vec(),
        b"GET /assets/..%2f..%2fetc%2fpasswd HTTP/1.1\r\nhost: a\r\n\r\n".to_vec(),
        b"GET /%00%ff%fe HTTP/1.1\r\nhost: a\r\n\r\n".to_vec(),
        b"GET / HTTP/1.1\r\nhost: a\r\nx-forwarded-for: \xff\xfe, 1.2.3.4.5, ::::\r\n\r\n".to_vec(),
        b"GET / HTTP/1.1\r\nhost: a\r\ncookie: allclear=\xff; allclear; =; allclear=a=b\r\n\r\n".to_vec(),
        b"GET / HTTP/1.1\r\nhost: a\r\naccept-language: ;;q=,*;q=9e9,zh-\xe4\r\n\r\n".to_vec(),
        b"POST /signin HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n".to_vec(),
        b"POST /signin HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcdef".to_vec(),
        b"POST /signin HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n".to_vec(),
        b"POST /signin HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n".to_vec(),
        format!("GET /{long} HTTP/1.1\r\nhost: a\r\n\r\n").into_bytes(),
        format!("GET / HTTP/1.1\r\nhost: a\r\nx: {long}\r\n\r\n").into_bytes(),
        format!("GET / HTTP/1.1\r\nhost: a\r\n{}\r\n", "x: y\r\n".repeat(5000)).into_bytes(),
    ];
    for head in heads {
        let about = String::from_utf8_lossy(&head[..head.len().min(80)]).into_owned();
        if let Some(answer) = server.raw(&head) {
            assert!(answer.status < 500, "{about}: {}", answer.status);
            let location = answer.header("location").unwrap_or_default();
            assert!(
                location.is_empty() || location.starts_with('/'),
                "{about} goes to {location}"
            );
            assert!(
                !answer.body.contains("evil.example") && !answer.body.contains("root:"),
                "{about}"
            );
        }
    }
}

/// Methods that no page takes.
fn methods(server: &Server) {
    for method in ["TRACE", "CONNECT", "PUT", "DELETE", "OPTIONS", "PROPFIND"] {
        for path in ["/signin", "/api/v1/check-ins", "/healthz"] {
            let head = format!(
                "{method} {path} HTTP/1.1\r\nhost: a\r\ncookie: x=secret\r\nconnection: close\r\n\r\n"
            );
            if let Some(answer) = server.raw(head.as_bytes()) {
                assert!(
                    (400..500).contains(&answer.status),
                    "{method} {path}: {}",
                    answer.status
                );
                assert!(!answer.body.contains("x=secret"), "{method} {path}");
            }
        }
    }
}

/// Pages that are told where to go on to.
fn ways(server: &Server) {
    for next in [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "\\\\evil.example",
        "/%09/evil.example",
    ] {
        for (path, body) in [
            ("/language", format!("language=en&back={next}")),
            ("/signin", format!("login=x&password=y&next={next}")),
        ] {
            let head = format!(
                "POST {path} HTTP/1.1\r\nhost: evil.example\r\nsec-fetch-site: same-origin\r\nconnection: close\r\n\
                x-forwarded-host: evil.example\r\nforwarded: host=evil.example\r\n\
                content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            let answer = server.raw(head.as_bytes()).unwrap();
            assert!(answer.status < 500, "{path} {next}");
            let location = answer.header("location").unwrap_or("/");
            let is_ours =
                location.starts_with('/') && !location.starts_with("//") && !location.starts_with("/\\");
            assert!(
                is_ours && !location.contains('\t'),
                "{path} {next} goes to {location}"
            );
        }
    }
}

/// Packs parts into an archive.
fn archive(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_level(Some(1));
    for (name, bytes) in parts {
        zip.start_file(name.as_str(), options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Import files that must be refused in words.
fn files(office: &Office) {
    let zeros = vec![0; 1 << 20];
    let bomb: Vec<_> = (0..80)
        .map(|n| (format!("xl/worksheets/sheet{n}.xml"), zeros.clone()))
        .collect();
    let crowd: Vec<_> = (0..50_000)
        .map(|n| (format!("xl/{n}.xml"), b"x".to_vec()))
        .collect();
    let locked: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let locked = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &locked].concat();
    let long = format!("name,kind\n{},village\n", "长".repeat(10_000));
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("empty.csv", Vec::new()),
        ("nul.csv", b"name,kind\n\0,village\n".to_vec()),
        ("long.csv", long.into_bytes()),
        ("bomb.xlsx", archive(&bomb)),
        ("crowd.xlsx", archive(&crowd)),
        ("locked.xlsx", locked),
        ("renamed.xlsx", b"<html><table></table></html>".to_vec()),
        ("renamed.csv", b"%PDF-1.7".to_vec()),
        ("broken.xlsx", b"PK\x03\x04broken".to_vec()),
        ("noise.csv", (0..=255).cycle().take(4096).collect()),
        (
            "cycle.csv",
            b"code,parent_code,name,kind\n36,36,A,county\n".to_vec(),
        ),
        ("kind.csv", b"name,kind\nA,planet\n".to_vec()),
    ];
    for (name, bytes) in files {
        std::fs::write(office.folder.path().join(name), bytes).unwrap();
        let words = office.run(&["units", "import", name]).refused(1);
        assert!(words.trim().len() > 10, "{name}: {words}");
    }
    let missing = office.run(&["units", "import", "nowhere.csv"]).refused(1);
    assert!(missing.contains("nowhere.csv"), "{missing}");
}

/// Goes through the whole list.
fn all(url: &str) {
    let database = format!("database.url={url}");
    // What never comes is not waited for long.
    let office = Office::new(&[&database, "web.header_timeout=1s", "web.request_timeout=3s"]);
    let token = office.with_villages(5);
    let server = office.start();
    api(&server, &token);
    heads(&server);
    methods(&server);
    ways(&server);
    files(&office);
    // And a report is taken as before.
    let owed = server.owed(&token, 5).unwrap();
    let good = json!({ "id": Uuid::new_v4(), "unit": 5, "obligation": owed, "kind": "all_clear" });
    assert_eq!(server.report(&token, &good).unwrap().status, 201);
    assert!(office.run(&["audit", "verify"]).code == Some(0));
}

on_both!(
    the_list_of_bad_input_is_survived_by_the_real_program,
    |db| async move {
        let url = db.url().to_owned();
        tokio::task::spawn_blocking(move || all(&url)).await.unwrap();
    }
);
