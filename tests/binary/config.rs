//! A configuration with faults: they are told in the language of whoever has to mend it.

use crate::support::office::{Said, program};

/// Runs a command over a configuration file, and maybe in a language.
fn over(text: &str, lang: &[&str], command: &str) -> Said {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("allclear.toml"), text).unwrap();
    let mut program = program(folder.path());
    program.env_remove("LANG").args(lang).arg(command);
    program.output().unwrap().into()
}

const BROKEN: &str =
    "[service]\nlanguage = \"en\"\n[mail]\nhsot = \"x\"\ntls = \"ssl\"\npassword_file = \"nowhere\"\n";

#[test]
fn faults_of_the_configuration_are_told_in_chinese() {
    let chinese = ["--lang", "zh-CN"];
    let sentences = [
        "allclear.toml：mail.hsot：没有这一项，是不是 mail.host？",
        "mail.tls：应为下列之一：implicit、starttls、plain；现在是“ssl”（来源：allclear.toml）",
        "mail.password_file：无法读取 ./nowhere：没有这个文件或文件夹（来源：allclear.toml）",
    ];
    let serve = over(BROKEN, &chinese, "serve").refused(1);
    assert_eq!(
        serve,
        format!("配置有 3 处需要修改：\n  {}\n", sentences.join("\n  "))
    );
    let check = over(BROKEN, &chinese, "check");
    assert_eq!(check.code, Some(1));
    for sentence in sentences {
        assert!(
            check.out.contains(&format!("故障\t配置\t{sentence}\n")),
            "{}",
            check.out
        );
    }
}

#[test]
fn a_file_that_cannot_be_read_is_told_of_in_the_language_that_can_be_known() {
    let said = over(BROKEN, &[], "serve").refused(1);
    assert!(said.contains("The configuration has 3 faults"), "{said}");
    let said = over("[service]\nname = 值班室\nlanguage = \"en\"\n", &[], "serve").refused(1);
    assert!(
        said.contains("allclear.toml：第 2 行第 8 个字符处，文字须放在英文双引号中"),
        "{said}"
    );
    let said = over("[service]\nname = 值班室\n", &["--lang", "en"], "serve").refused(1);
    assert!(
        said.contains("allclear.toml: line 2: a text stands in straight double quotes"),
        "{said}"
    );
}
