//! Throws what nobody thought of at the four ways in: the check-in API, import files, headers, forms.
//!
//! A run in the suite is short and always the same. `ALLCLEAR_FUZZ=100000 cargo test --test fuzz` is long and different each
//! time, with so many cases a target; what it finds is printed with the bytes.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod support;

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;

use allclear::auth::{self, Peer};
use allclear::domain::access::{Actor, Role};
use allclear::domain::language::Lang;
use allclear::domain::unit::UnitTree;
use allclear::domain::{import, roster};
use allclear::service::Service;
use allclear::store::{Granted, NewAccount, TokenScope};
use allclear::{api, sheet, web};
use axum::Router;
use axum::body::Body;
use chrono::{NaiveDate, TimeDelta};
use http::{HeaderValue, Method, Request, Response};
use http_body_util::BodyExt as _;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use support::{Day, fresh_sqlite};
use tower::ServiceExt as _;

/// How many cases a target has in the suite.
const SHORT: u32 = 300;

/// Runs a target: always the same short run, or a long one that was asked for.
fn run<S: Strategy>(strategy: &S, target: impl Fn(S::Value)) {
    let asked = std::env::var("ALLCLEAR_FUZZ").ok();
    let cases = asked.as_ref().map_or(SHORT, |n| n.parse().unwrap());
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 2000,
        ..Config::default()
    };
    let mut runner = match asked {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let done = Cell::new(0);
    let tried = runner.run(strategy, |value| {
        done.set(done.get() + 1);
        target(value);
        Ok(())
    });
    tried.unwrap_or_else(|error| panic!("{error}"));
    assert!(done.get() >= cases);
}

/// One change to some bytes.
#[derive(Debug, Clone)]
enum Edit {
    Put(usize, Vec<u8>),
    Drop(usize, usize),
    Flip(usize, u8),
    Again(usize, usize),
    End(usize),
}

/// Words that mean something to somebody.
const WORDS: &[&[u8]] = &[
    b"\0",
    b"\xff",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"\\ud800",
    b"\\u0000",
    b"\"",
    b"'",
    b"\r\n",
    b"\n",
    b",",
    b";",
    b"=",
    b"&",
    b"%00",
    b"%ff",
    b"%",
    b"+",
    b"[]",
    b"{}",
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"9223372036854775808",
    b"2026-02-30",
    b"24:00",
    b":60",
    b"--x",
    b"--",
    b"\xe2\x80\xae",
    b"\xe3\x80\x80",
    b"\xf0\xa0\xae\xb7",
    b"//",
    b"\\",
    b"..",
    b"<",
    b">",
    b"=1+1",
    b"@",
    b"\t",
];

fn edit() -> impl Strategy<Value = Edit> {
    let word = prop_oneof![
        3 => proptest::sample::select(WORDS).prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(any::<u8>(), 1..6),
        1 => (proptest::sample::select(WORDS), 2_usize..400).prop_map(|(word, times)| word.repeat(times)),
    ];
    prop_oneof![
        4 => (any::<usize>(), word).prop_map(|(at, word)| Edit::Put(at, word)),
        2 => (any::<usize>(), 0_usize..40).prop_map(|(at, many)| Edit::Drop(at, many)),
        2 => (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Edit::Flip(at, byte)),
        1 => (any::<usize>(), 0_usize..60).prop_map(|(at, many)| Edit::Again(at, many)),
        1 => any::<usize>().prop_map(Edit::End),
    ]
}

fn apply(bytes: &mut Vec<u8>, edit: &Edit) {
    let place = |at: usize, length: usize| if length == 0 { 0 } else { at % length };
    let length = bytes.len();
    match edit {
        Edit::Put(at, word) => {
            let at = at % (length + 1);
            bytes.splice(at..at, word.iter().copied());
        }
        Edit::Drop(at, many) => {
            let at = place(*at, length);
            bytes.drain(at..(at + many).min(length));
        }
        Edit::Flip(at, byte) if length > 0 => bytes[at % length] ^= byte,
        Edit::Flip(..) => {}
        Edit::Again(at, many) => {
            let at = place(*at, length);
            let part = bytes[at..(at + many).min(length)].to_vec();
            bytes.extend(part);
        }
        Edit::End(at) => bytes.truncate(place(*at, length)),
    }
}

/// Gives seeds with a few changes, and now and then noise.
fn changed(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let edited = (
        proptest::sample::select(seeds),
        proptest::collection::vec(edit(), 0..8),
    );
    let edited = edited.prop_map(|(mut bytes, edits)| {
        edits.iter().for_each(|edit| apply(&mut bytes, edit));
        bytes
    });
    prop_oneof![9 => edited, 1 => proptest::collection::vec(any::<u8>(), 0..300)]
}

/// The service with everything that a request may need.
struct Target {
    runtime: tokio::runtime::Runtime,
    router: Router,
    service: Arc<Service>,
    day: Day,
}

impl Target {
    fn new() -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (router, day) = runtime.block_on(async {
            let day = Day::begin(Box::leak(Box::new(fresh_sqlite()))).await;
            day.until("15:00").await;
            let service = day.house.service.clone();
            let router = web::router(&service, Vec::new()).merge(api::router(service));
            (router, day)
        });
        let service = day.house.service.clone();
        Self {
            runtime,
            router,
            service,
            day,
        }
    }

    /// Sends a request; gives its status and its body. None of them is ever a fault of ours.
    fn send(&self, mut request: Request<Body>) -> Response<Vec<u8>> {
        // Every case comes from an address of its own, so that nobody has to wait.
        let address: [u8; 4] = rand::random();
        request.extensions_mut().insert(Peer(address.into()));
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let body = body.collect().await.unwrap().to_bytes().to_vec();
            let text = String::from_utf8_lossy(&body);
            assert!(parts.status.as_u16() < 500, "{}: {text}", parts.status);
            Response::from_parts(parts, body)
        })
    }

    fn token(&self, label: &str) -> String {
        self.runtime.block_on(async {
            let unit = self.day.unit(label).await;
            let (console, reach) = (Actor::console(), (unit, TokenScope::Report));
            let issued = self
                .service
                .issue_token(&console, "fuzz", reach, TimeDelta::days(9));
            issued.await.unwrap()
        })
    }

    /// Gives the cookies of a workstation and of an officer.
    fn cookies(&self) -> String {
        self.runtime.block_on(async {
            let (service, console) = (&self.service, Actor::console());
            let village = self.day.unit("东湖镇 · 柳村").await;
            let county = self.day.unit("清河县").await;
            let slips = service.issue_slips(&console, &[village]).await.unwrap();
            let device = auth::bind(service, &slips[0].code, "fuzz", None, "192.0.2.1")
                .await
                .unwrap()
                .unwrap();
            let new = NewAccount {
                login: "fuzz".into(),
                label: "县总值班室".into(),
                address: None,
                language: Lang::Zh,
            };
            let roles = [Role::DutyOfficer, Role::Leader, Role::Reporter].map(|role| Granted {
                role,
                unit: Some(county),
            });
            let id = service.create_account(&console, new, &roles).await.unwrap();
            let session = service.begin_session(id, "password").await.unwrap();
            format!("allclear={session}; allclear-unit={device}")
        })
    }
}

#[test]
fn the_check_in_api_answers_anything_in_words() {
    let target = Target::new();
    let token = target.token("清河县 · 东湖镇");
    let seeds = [
        r#"{"id":"018f3b2e-7d6a-7c3e-9b1a-2f4d5e6a7b8c","unit":"361128101201","kind":"all_clear","obligation":1}"#,
        r#"{"id":"018f3b2e-7d6a-7c3e-9b1a-2f4d5e6a7b8d","unit":3,"kind":"incident","claimed":"2026-06-01T14:50:00+08:00","reason":"断网",
            "incident":{"class":"flood","severity":"iii","place":"圩堤","what":"渗水","dead":0,"injured":null,"occurred":"2026-06-01T14:00:00+08:00","urgent":true}}"#,
        r#"{"unit":"361128101202","kind":"incident","incident":{"class":"fire","place":"𠮷屋","loss":12}}"#,
    ];
    let seeds = seeds.map(|seed| seed.as_bytes().to_vec()).to_vec();
    let paths = [
        "/api/v1/check-ins",
        "/api/v1/incidents",
        "/api/v1/incidents/1/reports",
    ];
    run(
        &(proptest::sample::select(paths.to_vec()), changed(seeds)),
        |(path, body)| {
            let request = Request::post(path)
                .header("authorization", format!("Bearer {token}"))
                .header("content-type", "application/json")
                .body(Body::from(body))
                .unwrap();
            let answer = target.send(request);
            let told: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
            let is_problem = told["type"]
                .as_str()
                .is_some_and(|kind| kind.starts_with("urn:allclear:problem:"));
            assert!(answer.status().is_success() != is_problem, "{told}");
        },
    );
}

#[test]
fn an_import_file_of_any_bytes_is_a_table_or_refused() {
    let text = "code,parent_code,name,kind,reporter_email\n36,,县,county,a@b.example\n3601,36,\"镇\n一\",township,\n";
    let utf16: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let (gbk, ..) = encoding_rs::GBK.encode(text);
    let mut book = rust_xlsxwriter::Workbook::new();
    let page = book.add_worksheet();
    for (row, line) in ["code|name|kind", "36|县|county", "361|镇|township"]
        .iter()
        .enumerate()
    {
        for (column, cell) in line.split('|').enumerate() {
            let (row, column) = (u32::try_from(row).unwrap(), u16::try_from(column).unwrap());
            page.write(row, column, cell).unwrap();
        }
    }
    let roster = "日期,带班领导,值班员,电话\n2026-06-02,a@b.example,c@d.example,1\n";
    let seeds = vec![
        text.as_bytes().to_vec(),
        utf16,
        gbk.into_owned(),
        book.save_to_buffer().unwrap(),
        roster.as_bytes().to_vec(),
    ];
    let today = NaiveDate::from_ymd_opt(2026, 6, 1).unwrap();
    run(&changed(seeds), |bytes| {
        let Ok(records) = sheet::read(&bytes) else { return };
        if let Ok(rows) = import::read(&records) {
            let _ = import::plan(&rows, &UnitTree::default(), &HashMap::new(), today);
        }
        let _ = roster::read(&records, today);
    });
}

#[test]
fn headers_of_any_bytes_get_a_page() {
    let target = Target::new();
    let cookies = target.cookies();
    let names = [
        "cookie",
        "accept-language",
        "host",
        "origin",
        "referer",
        "sec-fetch-site",
        "user-agent",
        "authorization",
        "if-none-match",
        "content-type",
        "accept-encoding",
        "x-forwarded-for",
        "range",
    ];
    let seeds = [
        cookies.as_str(),
        "zh-CN,zh;q=0.9,en;q=0.8",
        "https://duty.county.example:8443/board?unit=1",
        "multipart/form-data; boundary=x",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0 Safari/537.36",
        "Bearer ac_0123456789abcdef0123456789abcdef0123",
        "\"abc\", W/\"def\"",
        "203.0.113.9, 10.0.0.6",
    ];
    let seeds = seeds.map(|seed| seed.as_bytes().to_vec()).to_vec();
    let paths = [
        "/board?unit=1&show=all",
        "/signin?next=/board",
        "/desk",
        "/api/v1/rounds",
        "/slip?c=x",
        "/incident/1",
        "/audit?deed=x",
    ];
    let paths = changed(paths.map(|path| path.as_bytes().to_vec()).to_vec());
    let header = (proptest::sample::select(names.to_vec()), changed(seeds));
    let headers = proptest::collection::vec(header, 0..5);
    run(&(any::<bool>(), paths, headers), |(asks, path, headers)| {
        let path = String::from_utf8_lossy(&path).into_owned();
        let method = if asks { Method::GET } else { Method::POST };
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                request = request.header(name, value);
            }
        }
        // What is no address, or no header, the server below refuses before it comes here.
        if let Ok(request) = request.body(Body::empty()) {
            target.send(request);
        }
    });
}

#[test]
fn forms_of_any_bytes_get_a_page() {
    let target = Target::new();
    let cookies = target.cookies();
    let seeds = [
        "unit=3&obligation=1&uuid=018f3b2e-7d6a-7c3e-9b1a-2f4d5e6a7b8c&day=2026-06-01",
        "unit=3&uuid=018f3b2e-7d6a-7c3e-9b1a-2f4d5e6a7b8d&class=flood&place=%E5%9C%A9%E5%A0%A4&what=x&dead=0&occurred=2026-06-01T14%3A00&urgent=1",
        "login=zhiban&password=x&next=%2Fboard&form_token=0123",
        "language=en&back=%2Fboard",
        "unit%5B%5D=1&unit%5B%5D=2&note=x&reason=y&until=16%3A30",
        "--x\r\nContent-Disposition: form-data; name=\"unit\"\r\n\r\n1\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; \
         filename=\"a.csv\"\r\n\r\n日期,值班员\r\n2026-06-02,a@b.example\r\n--x--\r\n",
    ];
    let seeds = seeds.map(|seed| seed.as_bytes().to_vec()).to_vec();
    let paths = [
        "/desk",
        "/desk/incident",
        "/signin",
        "/slip",
        "/language",
        "/recover",
        "/board/contacted",
        "/board/enter",
        "/board/excuse",
        "/board/extend",
        "/roster/day",
        "/roster/import",
        "/incident/new",
        "/handover",
        "/redact/0000-001-X",
    ];
    run(
        &(proptest::sample::select(paths.to_vec()), changed(seeds)),
        |(path, body)| {
            let kind = match body.starts_with(b"--") || path == "/roster/import" {
                true => "multipart/form-data; boundary=x",
                false => "application/x-www-form-urlencoded",
            };
            let request = Request::post(path)
                .header("cookie", &cookies)
                .header("sec-fetch-site", "same-origin")
                .header("content-type", kind)
                .body(Body::from(body))
                .unwrap();
            let answer = target.send(request);
            let text = String::from_utf8_lossy(answer.body());
            assert!(
                answer.status().is_redirection() || text.contains("<html"),
                "{path}: {text}"
            );
        },
    );
}
