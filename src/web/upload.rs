//! Reads a form that carries a file: each field once, as bytes, no more of it than an import may have.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};

use super::{App, Failure};

/// The most fields of such a form.
const MOST: usize = 20;

/// The fields of a form with a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Upload {
    fields: Vec<(String, Vec<u8>)>,
}

impl Upload {
    /// Gives the bytes of a field; nothing where it is not there, or no file was chosen.
    pub(super) fn bytes(&self, name: &str) -> &[u8] {
        let found = self.fields.iter().find(|(key, _)| key == name);
        found.map_or(&[], |(_, bytes)| bytes.as_slice())
    }

    /// Gives a field as text; empty where it is none.
    pub(super) fn text(&self, name: &str) -> &str {
        std::str::from_utf8(self.bytes(name)).unwrap_or_default()
    }

    /// Tells whether a button was pressed.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(key, _)| key == name)
    }

    fn parse(body: &[u8], boundary: &str) -> Option<Self> {
        let line = format!("--{boundary}");
        let mut rest = &body[find(body, line.as_bytes())? + line.len()..];
        let mut fields = Vec::new();
        while !rest.starts_with(b"--") {
            rest = rest.strip_prefix(b"\r\n")?;
            let head = find(rest, b"\r\n\r\n")?;
            let name = name(std::str::from_utf8(&rest[..head]).ok()?)?;
            rest = &rest[head + 4..];
            let end = find(rest, format!("\r\n{line}").as_bytes())?;
            fields.push((name, rest[..end].to_vec()));
            rest = &rest[end + 2 + line.len()..];
            if fields.len() > MOST {
                return None;
            }
        }
        Some(Self { fields })
    }
}

/// Gives where some bytes stand in others.
fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// Gives the name of a field from the head of its part.
fn name(head: &str) -> Option<String> {
    let line = head
        .lines()
        .find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))?;
    let rest = line.split("; name=\"").nth(1)?;
    Some(rest.split('"').next()?.to_owned())
}

fn boundary(request: &Request) -> Option<String> {
    let kind = request.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    let (kind, rest) = kind.split_once(';')?;
    let boundary = rest.trim().strip_prefix("boundary=")?.trim_matches('"');
    let is_form = kind.trim().eq_ignore_ascii_case("multipart/form-data");
    (is_form && (1..=70).contains(&boundary.len())).then(|| boundary.to_owned())
}

impl FromRequest<App> for Upload {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let boundary = boundary(&request).ok_or(Failure::status(StatusCode::UNSUPPORTED_MEDIA_TYPE))?;
        let limit = app.settings.web.import_limit;
        let body = to_bytes(request.into_body(), limit.bytes())
            .await
            .map_err(|_| Failure::TooLarge(limit))?;
        Self::parse(&body, &boundary).ok_or(Failure::status(StatusCode::BAD_REQUEST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"--x\r\nContent-Disposition: form-data; name=\"unit\"\r\n\r\n7\r\n--x\r\n\
        Content-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n\
        a,b\r\n\xff\x00\r\n--x--\r\n";

    #[test]
    fn a_field_and_a_file_are_read_as_they_were_sent() {
        let upload = Upload::parse(BODY, "x").unwrap();
        assert_eq!(
            (upload.text("unit"), upload.bytes("file")),
            ("7", b"a,b\r\n\xff\x00".as_slice())
        );
        assert!(upload.has("file") && !upload.has("go") && upload.bytes("go").is_empty());
    }

    #[test]
    fn a_body_that_breaks_off_or_has_another_boundary_is_refused() {
        for cut in 0..BODY.len() - 4 {
            assert_eq!(Upload::parse(&BODY[..cut], "x"), None, "{cut}");
        }
        assert_eq!(Upload::parse(BODY, "y"), None);
        assert_eq!(Upload::parse(b"--x", "x"), None);
    }
}
