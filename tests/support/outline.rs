//! Knows how a page reads: its words and what kind of thing carries them, without what differs from day to day.

/// What begins a line of its own, and how the line begins.
const BLOCKS: [(&str, &str); 21] = [
    ("h1", "# "),
    ("h2", "## "),
    ("h3", "### "),
    ("p", ""),
    ("li", "- "),
    ("tr", "| "),
    ("dt", ""),
    ("div", ""),
    ("section", ""),
    ("article", ""),
    ("header", ""),
    ("footer", ""),
    ("form", ""),
    ("fieldset", ""),
    ("legend", ""),
    ("label", ""),
    ("summary", "▸ "),
    ("details", ""),
    ("table", ""),
    ("br", ""),
    ("noscript", "(without a script) "),
];
/// How many choices of a list are written out.
const CHOICES: usize = 12;

/// Writes what a page says: the title, then the lines of its main part.
pub fn outline(html: &str) -> String {
    let title = part(html, "<title>", "</title>").unwrap_or_default();
    let body = part(html, "<main", "</main>").unwrap_or(html);
    let mut lines = vec![format!("title: {title}")];
    let mut line = String::new();
    let mut rest = body.split_once('>').map_or("", |(_, rest)| rest);
    while let Some((words, tag)) = rest.split_once('<') {
        line.push_str(words);
        let Some((tag, after)) = tag.split_once('>') else {
            break;
        };
        rest = after;
        let (name, attributes) = tag.split_once([' ', '\n']).unwrap_or((tag, ""));
        rest = match name {
            "svg" => skip(rest, "</svg>"),
            "select" => {
                line.push_str(&choices(
                    attributes,
                    part(rest, "", "</select>").unwrap_or_default(),
                ));
                skip(rest, "</select>")
            }
            _ => rest,
        };
        if BLOCKS
            .iter()
            .any(|(block, _)| name.trim_start_matches('/') == *block)
        {
            lines.push(std::mem::take(&mut line));
        }
        line.push_str(&mark(name, attributes));
    }
    lines.push(line);
    let clean = lines.iter().map(|line| veil(&plain(line)));
    let bare = ["", "|", "-", "▸", "#", "##", "###"];
    clean
        .filter(|line| !bare.contains(&line.as_str()))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Gives how a tag is written.
fn mark(name: &str, attributes: &str) -> String {
    let heard = attribute(attributes, "aria-label").map_or(String::new(), |words| format!("({words}) "));
    let shown = match name {
        "a" => "<".to_owned(),
        "/a" => ">".to_owned(),
        "button" => "[".to_owned(),
        "/button" => "]".to_owned(),
        "td" | "th" | "dd" => " · ".to_owned(),
        "input" => field(attributes),
        "textarea" => format!("{} ", field(attributes)),
        _ => {
            let block = BLOCKS.iter().find(|(block, _)| *block == name);
            block.map_or(String::new(), |(_, begins)| (*begins).to_owned())
        }
    };
    format!("{shown}{heard}")
}

/// Gives a field that is seen, and what it says while it is empty.
fn field(attributes: &str) -> String {
    if attribute(attributes, "type") == Some("hidden") || attributes.contains(" hidden") {
        return String::new();
    }
    let name = attribute(attributes, "name").unwrap_or_default();
    let chosen = if attributes.contains(" checked") { "*" } else { "" };
    match attribute(attributes, "placeholder") {
        Some(words) => format!(" {{{name}{chosen}: {words}}} "),
        None => format!(" {{{name}{chosen}}} "),
    }
}

/// Gives a list with its choices; of a long one the first.
fn choices(attributes: &str, inner: &str) -> String {
    let all: Vec<&str> = inner
        .split("<option")
        .skip(1)
        .filter_map(|one| part(one, ">", "<"))
        .collect();
    let more = if all.len() > CHOICES {
        format!(" / … {}", all.len())
    } else {
        String::new()
    };
    let shown: Vec<&str> = all.into_iter().take(CHOICES).collect();
    format!("{}({}{more})", field(attributes), shown.join(" / "))
}

fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    part(attributes, &format!("{name}=\""), "\"")
}

fn part<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let rest = text.split_once(from)?.1;
    rest.split_once(to).map(|(found, _)| found)
}

fn skip<'a>(text: &'a str, to: &str) -> &'a str {
    text.split_once(to).map_or("", |(_, rest)| rest)
}

/// Turns entities into what they mean and runs of blanks into one.
fn plain(line: &str) -> String {
    let line = line
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&amp;", "&")
        .replace("&#38;", "&");
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Hides what is another each time: keys, seals, codes.
fn veil(line: &str) -> String {
    let line = &veil_groups(line);
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let (mut veiled, mut run) = (String::new(), String::new());
    for c in line.chars().chain([' ']) {
        if is_part(c) {
            run.push(c);
            continue;
        }
        veiled.push_str(if is_secret(&run) { "…" } else { &run });
        run.clear();
        veiled.push(c);
    }
    veiled.trim_end().to_owned()
}

/// Hides a secret that is written in groups of four.
fn veil_groups(line: &str) -> String {
    let is_group =
        |word: &str| word.len() == 4 && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    let words: Vec<&str> = line.split(' ').collect();
    if words.iter().filter(|word| is_group(word)).count() < 4 {
        return line.to_owned();
    }
    words
        .into_iter()
        .filter(|word| !is_group(word))
        .chain(["…"])
        .collect::<Vec<_>>()
        .join(" ")
}

fn is_secret(run: &str) -> bool {
    let has = |test: fn(&char) -> bool| run.chars().any(|c| test(&c));
    let digits = has(char::is_ascii_digit);
    let (upper, lower) = (has(char::is_ascii_uppercase), has(char::is_ascii_lowercase));
    let grouped = run.contains('-') && run.len() >= 9 && upper && !lower;
    grouped || (run.len() >= 20 && (digits || !lower))
}
