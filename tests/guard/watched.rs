//! What systemd is told: ready, alive, stopping.

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use crate::support::office::{Office, Server, program};

#[test]
fn a_service_that_is_watched_says_that_it_is_ready_lives_and_stops() {
    let office = Office::new(&[]);
    let socket = office.folder.path().join("notify");
    let told = UnixDatagram::bind(&socket).unwrap();
    told.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let next = || {
        let mut bytes = [0; 64];
        let length = told.recv(&mut bytes).unwrap();
        String::from_utf8(bytes[..length].to_vec()).unwrap()
    };
    let mut command = program(office.folder.path());
    command
        .env("NOTIFY_SOCKET", &socket)
        .env("WATCHDOG_USEC", "400000")
        .args(["serve", "--listen", "127.0.0.1:0"]);
    let mut server = Server::spawn(command, "Serving at ");
    assert_eq!(next(), "READY=1");
    assert_eq!([next(), next()], ["WATCHDOG=1", "WATCHDOG=1"]);
    assert_eq!(server.stop().0, Some(0));
    let last = (0..50).map(|_| next()).find(|words| words != "WATCHDOG=1");
    assert_eq!(last.as_deref(), Some("STOPPING=1"));
}
