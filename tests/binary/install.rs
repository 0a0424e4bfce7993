//! Whoever installs the service: what he is told to do, in order.

use crate::support::office::program;

fn init(set: &[&str]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(folder.path());
    for set in set {
        command.args(["--set", set]);
    }
    let output = command.args(["init", "--dir", "duty"]).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    (folder, String::from_utf8(output.stdout).unwrap())
}

/// Gives where some words stand in a text, and that they come in this order.
fn in_order(text: &str, words: &[&str]) {
    let mut after = 0;
    for word in words {
        let at = text[after..].find(word);
        after += at.unwrap_or_else(|| panic!("{word} is not there, or too early:\n{text}"));
    }
}

#[test]
fn whoever_installs_is_told_which_file_which_keys_and_what_comes_next() {
    let (folder, said) = init(&[]);
    let file = folder.path().join("duty/allclear.toml");
    let file = file.display().to_string();
    in_order(
        &said,
        &[
            &file,
            "1. ",
            &file,
            "service.base_url, mail.host, mail.from_address, duty.phone",
            "2. ",
            &format!("allclear --config {file} check"),
            "3. ",
            &format!("allclear --config {file} serve"),
            "4. ",
            &format!("allclear --config {file} account link admin"),
            &format!("allclear --config {file} account link security"),
            "5. ",
            "units import",
        ],
    );
    assert!(
        !said.contains("/link/"),
        "a link leads nowhere before base_url is right: {said}"
    );
    let mut link = program(folder.path());
    link.args([
        "--config",
        &file,
        "--set",
        "service.base_url=https://duty.county.example",
    ]);
    let link = link.args(["account", "link", "admin"]).output().unwrap();
    let link = String::from_utf8_lossy(&link.stdout).into_owned();
    assert!(link.contains("https://duty.county.example/link/"), "{link}");
}

#[test]
fn whoever_said_the_address_gets_links_and_is_asked_for_the_rest() {
    let (_, said) = init(&[
        "service.base_url=https://duty.county.example",
        "mail.preset=qq-exmail",
        "mail.login=duty@county.example",
        "mail.password=x",
    ]);
    in_order(
        &said,
        &[
            "1. ",
            "fill in: duty.phone",
            "3. ",
            "4. ",
            "https://duty.county.example/link/",
        ],
    );
}

#[test]
fn a_preset_is_shown_with_what_it_gives_and_an_unknown_one_is_answered_with_all() {
    let folder = tempfile::tempdir().unwrap();
    let show = |preset: &str| {
        let mut command = program(folder.path());
        for set in [preset, "mail.login=duty@county.example", "mail.password=x"] {
            command.args(["--set", set]);
        }
        command.args(["config", "show"]).output().unwrap()
    };
    let shown = show("mail.preset=qq-exmail");
    let shown = String::from_utf8(shown.stdout).unwrap();
    for line in [
        "host = \"smtp.exmail.qq.com\"  # preset qq-exmail",
        "from_address = \"duty@county.example\"  # preset qq-exmail",
    ] {
        assert!(shown.contains(line), "{shown}");
    }
    let unknown = show("mail.preset=exmail");
    let words = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(
        !unknown.status.success() && words.contains("there are 126, 163, aliyun-qiye, qq, qq-exmail"),
        "{words}"
    );
}
