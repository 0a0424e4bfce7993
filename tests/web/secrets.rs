//! What the database gives away to whoever gets hold of its file: nothing that opens anything.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};

use crate::own::{bytes_of, enter, set_up, with_password};
use crate::{link_of, site_with, slip_of, unit};
use allclear::config::Engine;
use allclear::domain::access::{Actor, Role};
use allclear::service::Link;
use allclear::store::TokenScope;
use chrono::TimeDelta;

use super::support::Site;

/// What was handed out, by name.
type Secrets = Vec<(String, Vec<u8>)>;

/// Gives a code with its dashes and without.
fn code(name: &str, code: &str) -> Secrets {
    [code.to_owned(), code.replace('-', "")]
        .into_iter()
        .map(|text| (name.to_owned(), text.into_bytes()))
        .collect()
}

/// Gives the secret of a second factor as it may be written.
fn factor(secret: &str) -> Secrets {
    let bytes = bytes_of(secret);
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let texts = [
        secret.replace(' ', ""),
        hex.to_uppercase(),
        hex,
        BASE64_STANDARD_NO_PAD.encode(&bytes),
        BASE64_URL_SAFE_NO_PAD.encode(&bytes),
    ];
    let texts = texts.into_iter().map(String::into_bytes);
    texts
        .chain([bytes])
        .map(|text| ("secret of codes".to_owned(), text))
        .collect()
}

/// Hands out one of everything that opens a door; gives what it was.
async fn hand_out(site: &Site) -> Secrets {
    let (service, console) = (&site.house.service, Actor::console());
    let mut all = Secrets::new();
    let mut add = |name: &str, text: &str| all.push((name.to_owned(), text.as_bytes().to_vec()));
    let token = |link: &str| link.rsplit('/').next().unwrap().to_owned();
    let link = link_of(site, "zhiban", Role::DutyOfficer, "鄱阳县").await;
    add("link", &token(&link));
    let account = service.account_by_login("zhiban").await.unwrap().unwrap();
    let Link::Shown { link, .. } = service.invite(&console, account.id).await.unwrap() else {
        panic!("the account has no address")
    };
    add("invitation", &token(&link));
    with_password(site).await;
    add("password", "防汛值班-0793-夜");
    let county = unit(site, "鄱阳县").await;
    for scope in [TokenScope::Report, TokenScope::Read] {
        let issued = service.issue_token(&console, "城运平台", (county, scope), TimeDelta::days(9));
        add("API token", &issued.await.unwrap());
    }
    let (mut officer, _) = enter(site, "防汛值班-0793-夜").await;
    let halfway = officer.cookies.clone();
    let (secret, recovery) = set_up(site, &mut officer, "/signin/factor").await;
    let bound = slip_of(site, "朱家村").await;
    let mut village = site.browser();
    village.post("/slip", &[("code", &bound)]).await.must_be(303);
    let cookies = [&halfway, &officer.cookies, &village.cookies];
    for (name, value) in cookies
        .into_iter()
        .flatten()
        .filter(|(_, value)| value.len() > 20)
    {
        add(name, value);
    }
    all.extend(code("slip", &bound));
    all.extend(code("slip", &slip_of(site, "大塘村").await));
    all.extend(recovery.iter().flat_map(|text| code("recovery code", text)));
    all.extend(factor(&secret));
    all
}

#[tokio::test]
async fn a_stolen_database_gives_no_sign_in() {
    let site = site_with(&[("access.second_factor", "duty_officer")]).await;
    let secrets = hand_out(&site).await;
    for kind in [
        "allclear",
        "allclear-unit",
        "slip",
        "link",
        "API token",
        "recovery code",
    ] {
        assert!(
            secrets.iter().any(|(name, _)| name == kind),
            "no {kind} was handed out"
        );
    }
    let Engine::Sqlite { file } = &site.house.service.settings.database.engine else {
        panic!("the test opens a file")
    };
    let mut dump = Vec::new();
    for end in ["", "-wal", "-journal"] {
        let path = format!("{}{end}", file.display());
        dump.extend(std::fs::read(path).unwrap_or_default());
    }
    let holds = |text: &[u8]| dump.windows(text.len()).any(|part| part == text);
    // What is no secret is found, so the search does find.
    assert!(holds("县总值班室".as_bytes()) && holds(b"zhiban") && holds("城运平台".as_bytes()));
    for (name, text) in &secrets {
        assert!(
            !text.is_empty() && !holds(text),
            "the database holds a {name} as it is"
        );
    }
}
