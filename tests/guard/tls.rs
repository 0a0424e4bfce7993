//! TLS without a proxy: real handshakes, files that change, files that are no use; and what a proxy says.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::support::office::{Office, program};
use crate::support::smtp::Authority;
use crate::support::{Fresh, House, Site, fresh_sqlite};

const NAME: &str = "duty.county.example";

/// A place without a proxy: the files of its certificate, and the service.
struct Place {
    folder: tempfile::TempDir,
    site: Site,
    _db: Fresh,
}

/// Puts a certificate of an authority, and its key, into the files.
fn put(folder: &Path, authority: &Authority) {
    let (certificate, key) = authority.files(NAME);
    std::fs::write(folder.join("tls.pem"), certificate).unwrap();
    std::fs::write(folder.join("tls.key"), key).unwrap();
}

async fn place(authority: &Authority) -> Place {
    let (folder, db) = (tempfile::tempdir().unwrap(), fresh_sqlite());
    put(folder.path(), authority);
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (certificate, key, url) = (file("tls.pem"), file("tls.key"), format!("https://{NAME}"));
    let flags = [
        ("web.tls_certificate", certificate.as_str()),
        ("web.tls_key", key.as_str()),
        ("service.base_url", url.as_str()),
    ];
    let house = House::at(&db, "2026-06-01 08:00", &flags).await;
    let site = Site::open(house).await;
    Place {
        folder,
        site,
        _db: db,
    }
}

/// A client that trusts one authority, over one connection.
struct Client(SendRequest<Empty<Bytes>>);

impl Client {
    async fn connect(site: &Site, trusted: &Authority) -> Result<Self, std::io::Error> {
        let mut roots = RootCertStore::empty();
        let root = CertificateDer::from_pem_slice(trusted.pem().as_bytes()).unwrap();
        roots.add(root).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let tcp = TcpStream::connect(site.at).await?;
        let name = ServerName::try_from(NAME).unwrap();
        let stream = TlsConnector::from(Arc::new(config)).connect(name, tcp).await?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Ok(Self(sender))
    }

    /// Gets a page; gives its status and what it says of TLS.
    async fn get(&mut self, path: &str) -> (u16, String) {
        let request = Request::get(path)
            .header("host", NAME)
            .body(Empty::new())
            .unwrap();
        let response = self.0.send_request(request).await.unwrap();
        let status = response.status().as_u16();
        let strict = response.headers().get("strict-transport-security");
        let strict = strict.map_or(String::new(), |v| v.to_str().unwrap().to_owned());
        response.into_body().collect().await.unwrap();
        (status, strict)
    }
}

/// Waits until new connections show a certificate of this authority.
async fn shows(site: &Site, authority: &Authority) -> bool {
    for _ in 0..40 {
        if Client::connect(site, authority).await.is_ok() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    false
}

#[tokio::test]
async fn a_page_comes_under_the_services_own_certificate_and_asks_to_stay_protected() {
    let (ours, other) = (Authority::new(), Authority::new());
    let place = place(&ours).await;
    let mut client = Client::connect(&place.site, &ours).await.unwrap();
    for path in ["/signin", "/nowhere", "/api/v1/rounds"] {
        let (status, strict) = client.get(path).await;
        assert!(status < 500 && strict == "max-age=31536000", "{path} {strict}");
    }
    assert!(Client::connect(&place.site, &other).await.is_err());
}

#[tokio::test]
async fn whoever_comes_unprotected_is_sent_to_the_address_of_the_service() {
    let place = place(&Authority::new()).await;
    let mut plain = TcpStream::connect(place.site.at).await.unwrap();
    let ask = "GET /signin HTTP/1.1\r\nhost: evil.example\r\n\r\n";
    plain.write_all(ask.as_bytes()).await.unwrap();
    let mut said = String::new();
    plain.read_to_string(&mut said).await.unwrap();
    let to = format!("location: https://{NAME}/\r\n");
    assert!(said.starts_with("HTTP/1.1 307") && said.contains(&to), "{said}");
    let mut noise = TcpStream::connect(place.site.at).await.unwrap();
    noise.write_all(&[0x16, 3, 1, 255, 255, 0, 0, 0]).await.unwrap();
    noise.shutdown().await.unwrap();
    let _ = noise.read_to_end(&mut Vec::new()).await;
}

#[tokio::test]
async fn a_new_certificate_is_shown_without_cutting_a_connection() {
    let (first, second) = (Authority::new(), Authority::new());
    let place = place(&first).await;
    let mut before = Client::connect(&place.site, &first).await.unwrap();
    assert_eq!(before.get("/healthz").await.0, 200);
    put(place.folder.path(), &second);
    assert!(shows(&place.site, &second).await);
    assert!(Client::connect(&place.site, &first).await.is_err());
    assert_eq!(before.get("/healthz").await.0, 200);
}

#[tokio::test]
async fn files_that_cannot_be_used_leave_the_old_certificate_in_place() {
    let (first, second) = (Authority::new(), Authority::new());
    let place = place(&first).await;
    assert!(shows(&place.site, &first).await);
    let folder = place.folder.path();
    let (other, _) = second.files(NAME);
    // A certificate whose key has not come yet, none at all, and none of any kind.
    for bytes in [Some(other.as_bytes()), Some(b"no certificate".as_slice()), None] {
        match bytes {
            Some(bytes) => std::fs::write(folder.join("tls.pem"), bytes).unwrap(),
            None => std::fs::remove_file(folder.join("tls.pem")).unwrap(),
        }
        tokio::time::sleep(Duration::from_millis(2500)).await;
        let mut client = Client::connect(&place.site, &first).await.unwrap();
        assert_eq!(client.get("/healthz").await.0, 200);
    }
    put(folder, &second);
    assert!(shows(&place.site, &second).await);
}

#[test]
fn a_certificate_that_cannot_be_used_is_refused_in_words_at_the_start() {
    let office = Office::new(&[]);
    let folder = office.folder.path();
    let (certificate, _) = Authority::new().files(NAME);
    let (own, key) = Authority::new().files(NAME);
    let said = |certificate: &str, key: &str| {
        std::fs::write(folder.join("tls.pem"), certificate).unwrap();
        std::fs::write(folder.join("tls.key"), key).unwrap();
        let mut command = program(folder);
        command.args([
            "--set",
            "web.tls_certificate=tls.pem",
            "--set",
            "web.tls_key=tls.key",
        ]);
        command.args(["--set", &format!("service.base_url=https://{NAME}")]);
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        crate::support::office::Said::from(command.output().unwrap()).refused(1)
    };
    let words = said("nothing", &key);
    assert!(words.contains("tls.pem holds no certificate in PEM"), "{words}");
    let words = said(&own, "nothing");
    assert!(words.contains("tls.key holds no private key in PEM"), "{words}");
    let words = said(&certificate, &key);
    assert!(words.contains("cannot be used together"), "{words}");
    std::fs::remove_file(folder.join("tls.pem")).unwrap();
    let check = |sets: &[&str]| {
        let mut command = program(folder);
        for set in sets {
            command.args(["--set", set]);
        }
        let said = crate::support::office::Said::from(command.arg("check").output().unwrap());
        (said.code, said.out)
    };
    let url = format!("service.base_url=https://{NAME}");
    let both = ["web.tls_certificate=tls.pem", "web.tls_key=tls.key", url.as_str()];
    let (code, out) = check(&both);
    assert!(
        code == Some(1) && out.contains("tls.pem: there is no such file"),
        "{out}"
    );
    std::fs::write(folder.join("tls.pem"), &own).unwrap();
    let (_, out) = check(&both);
    assert!(out.contains("tls.key can be read by others"), "{out}");
    let (code, out) = check(&both[..1]);
    assert!(
        code == Some(1) && out.contains("web.tls_key: web.tls_certificate is set"),
        "{out}"
    );
    let (code, out) = check(&both[..2]);
    assert!(code == Some(1) && out.contains("begins with https://"), "{out}");
    let other = [
        "web.tls_certificate=tls.pem",
        "web.tls_key=tls.key",
        "service.base_url=https://other.example",
    ];
    let (_, out) = check(&other);
    assert!(out.contains("does not bear the name other.example"), "{out}");
}

#[tokio::test]
async fn a_trusted_proxy_says_who_the_client_is_and_that_it_spoke_tls() {
    let db = fresh_sqlite();
    let flags = [
        ("web.trusted_proxies", "127.0.0.0/8"),
        ("service.base_url", "https://duty.county.example"),
    ];
    let house = House::at(&db, "2026-06-01 08:00", &flags).await;
    let site = Site::open(house).await;
    let strict = "strict-transport-security";
    let plain = site.browser().get("/signin").await;
    assert_eq!(plain.must_be(200).header(strict), "");
    let mut behind = site
        .browser()
        .says("host", NAME)
        .says("x-forwarded-for", "203.0.113.9")
        .says("x-forwarded-proto", "https");
    let answer = behind.get("/signin").await;
    assert_eq!(answer.must_be(200).header(strict), "max-age=31536000");
    answer.must_not_say("未加密");
    // Whoever fails again and again is slowed down by his own address, not by that of the proxy.
    for _ in 0..61 {
        behind.post("/link/wrong", &[]).await;
    }
    behind.post("/link/wrong", &[]).await.must_be(429);
    let mut other = site
        .browser()
        .says("x-forwarded-for", "203.0.113.9, 198.51.100.4")
        .says("x-forwarded-proto", "https");
    other.post("/link/wrong", &[]).await.must_be(410);
}
