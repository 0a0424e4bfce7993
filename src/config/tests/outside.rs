//! Tests of what lies outside: providers of mail, monitors.

use super::super::preset::presets;
use super::{DEFAULTS, Lang, Origin, Tls, office};

#[test]
fn a_preset_lies_under_what_the_administrator_writes() {
    let mail = "[mail]\npreset = \"qq-exmail\"\nlogin = \"duty@county.example\"\npassword = \"x\"\n";
    let s = office(mail).settings();
    assert_eq!(s.mail.host.as_deref(), Some("smtp.exmail.qq.com"));
    assert_eq!((s.mail.port, s.mail.tls), (465, Tls::Implicit));
    assert_eq!(
        s.mail.from_address.as_ref().map(|a| a.as_str()),
        Some("duty@county.example")
    );
    assert_eq!(s.origin("mail.host"), Some(&Origin::Preset("qq-exmail".into())));
    let s = office(&format!("{mail}host = \"relay.county.example\"\n"))
        .with_variable("ALLCLEAR__MAIL__PORT", "587")
        .with_flag("mail.tls", "starttls")
        .settings();
    assert_eq!(s.mail.host.as_deref(), Some("relay.county.example"));
    assert_eq!((s.mail.port, s.mail.tls), (587, Tls::Starttls));
}

#[test]
fn every_preset_is_a_configuration_and_is_named_where_it_is_explained() {
    let presets = presets();
    assert!(presets.len() >= 7, "{presets:?}");
    for name in presets.keys() {
        let text = format!("[mail]\npreset = \"{name}\"\nlogin = \"a@county.example\"\npassword = \"x\"\n");
        let s = office(&text).settings();
        assert!(s.mail.host.is_some() && s.mail.from_address.is_some(), "{name}");
        assert!(DEFAULTS.contains(name.as_str()), "{name}");
    }
}

#[test]
fn a_monitor_needs_a_token_that_is_not_guessed_and_an_address_that_is_the_administrators() {
    let first = |text: &str| office(text).faults().remove(0);
    assert_eq!(
        first("[metrics]\ntoken = \"short\"\n"),
        "metrics.token: this has at least 16 characters (from allclear.toml)"
    );
    for url in ["ftp://x.example/", "monitor", "http://a:b@x.example/", "https://"] {
        let words = first(&format!("[heartbeat]\nurl = \"{url}\"\n"));
        assert!(
            words.starts_with("heartbeat.url: this is a web address like"),
            "{words}"
        );
    }
    for url in [
        "http://10.0.0.5/p",
        "http://[::1]:80/",
        "http://169.254.169.254/latest",
        "http://[::ffff:127.0.0.1]/",
    ] {
        let text = format!("[heartbeat]\nurl = \"{url}\"\n");
        assert!(
            first(&text).contains("is in a private network; list it in heartbeat.allow"),
            "{url}"
        );
        office(&format!(
            "{text}allow = [\"10.0.0.0/8\", \"127.0.0.0/8\", \"169.254.0.0/16\", \"::1/128\"]\n"
        ))
        .settings();
    }
    let s = office("[heartbeat]\nurl = \"https://hc.example/ping/s3cret\"\n[metrics]\ntoken = \"s3cret-s3cret-s3cret\"\n").settings();
    assert!(!s.show(Lang::En).contains("s3cret"), "{}", s.show(Lang::En));
    assert!(
        s.show(Lang::En).contains("url = \"https://hc.example/(hidden)\""),
        "{}",
        s.show(Lang::En)
    );
}
