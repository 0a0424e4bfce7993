//! Names a browser so coarsely that its holder knows it again and nobody else is told much: `Chrome, Windows`.

use axum::http::{HeaderMap, header};

/// Browsers by what their name in the header holds; those that pretend to be another come first.
const BROWSERS: [(&str, &str); 10] = [
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("QQBrowser", "QQ"),
    ("HuaweiBrowser", "Huawei"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("Trident", "Internet Explorer"),
];

/// Systems, likewise.
const SYSTEMS: [(&str, &str); 7] = [
    ("Windows", "Windows"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// Gives the name of the browser that sends these headers; empty when it does not say.
pub(super) fn name(headers: &HeaderMap) -> String {
    let text = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok());
    let text = text.unwrap_or_default();
    let of = |known: &[(&str, &'static str)]| {
        known
            .iter()
            .find(|(mark, _)| text.contains(mark))
            .map(|(_, n)| *n)
    };
    let names = [of(&BROWSERS), of(&SYSTEMS)];
    names.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_named_by_what_it_is_and_never_quoted() {
        let named = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::USER_AGENT, text.parse().unwrap());
            name(&headers)
        };
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/86.0 Safari/537.36";
        assert_eq!(named(chrome), "Chrome, Windows");
        assert_eq!(named(&format!("{chrome} Edg/86.0")), "Edge, Windows");
        assert_eq!(
            named("Mozilla/5.0 (Linux; Android 12) MicroMessenger/8"),
            "WeChat, Android"
        );
        assert_eq!(named("<script>alert(1)</script>"), "");
        assert_eq!(name(&HeaderMap::new()), "");
    }
}
