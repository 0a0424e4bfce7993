//! Knows the processes of a measurement: how they start and end, their CPU time and their memory.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::broken;
use super::load::Load;
use super::place::Place;
use super::server::Doors;
use super::wire::Wire;
use super::world::Jobs;
use crate::cli::fail::Fail;

/// Linux counts CPU time in hundredths of a second, whatever the machine.
const TICK: Duration = Duration::from_millis(10);
/// How long a server may take to be ready.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process, ended when this goes.
#[derive(Debug)]
pub(super) struct Child(std::process::Child);

/// What a load client is to do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Task<'a> {
    pub(super) address: SocketAddr,
    pub(super) path: &'a str,
    pub(super) from: usize,
    pub(super) connections: usize,
    pub(super) seconds: f64,
    pub(super) rate: Option<f64>,
}

fn program() -> Result<Command, Fail> {
    let mut command = Command::new(std::env::current_exe().map_err(broken)?);
    // Nothing of this process's surroundings reaches a measurement.
    command
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    Ok(command)
}

impl Child {
    /// Starts a server over a database that was prepared, and gives where it listens.
    pub(super) async fn server(place: &Place, flags: &[&str]) -> Result<(Self, Doors), Fail> {
        let mut command = program()?;
        command.current_dir(&place.folder).envs(place.environment());
        let mut child = command
            .args(["bench", "server"])
            .args(flags)
            .spawn()
            .map(Self)
            .map_err(broken)?;
        let doors = first_line(&mut child).await?;
        Ok((child, doors))
    }

    /// Starts the service itself, as `serve` does, at a free port; gives where it listens.
    pub(super) fn serve(place: &Place) -> Result<(Self, SocketAddr), Fail> {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(broken)?;
        let address = free.local_addr().map_err(broken)?;
        drop(free);
        let mut command = program()?;
        command.current_dir(&place.folder).envs(place.environment());
        command.args(["serve", "--listen", &address.to_string()]);
        Ok((command.spawn().map(Self).map_err(broken)?, address))
    }

    /// Gives the CPU time that it has used.
    pub(super) fn cpu(&self) -> Result<Duration, Fail> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id())).map_err(broken)?;
        cpu_of(&stat).ok_or_else(|| broken("/proc/PID/stat is not as expected"))
    }

    /// Gives the memory that it holds, in MB.
    pub(super) fn resident_mb(&self) -> Result<f64, Fail> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).map_err(broken)?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kb = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok());
        kb.map(|kb| kb / 1024.0)
            .ok_or_else(|| broken("/proc/PID/status is not as expected"))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a load client until it has ended.
pub(super) async fn load(jobs: &Jobs, task: Task<'_>) -> Result<Load, Fail> {
    let mut child = begin_load(jobs, task)?;
    first_line(&mut child).await
}

/// Starts a load client.
pub(super) fn begin_load(jobs: &Jobs, task: Task<'_>) -> Result<Child, Fail> {
    let mut command = program()?;
    command
        .args(["bench", "load", "--address", &task.address.to_string()])
        .args(["--path", task.path])
        .arg("--owed")
        .arg(jobs.owed())
        .arg("--tokens")
        .arg(jobs.tokens())
        .args(["--from", &task.from.to_string()])
        .args(["--connections", &task.connections.to_string()])
        .args(["--seconds", &task.seconds.to_string()]);
    if let Some(rate) = task.rate {
        command.args(["--rate", &rate.to_string()]);
    }
    command.spawn().map(Child).map_err(broken)
}

/// Waits for the first line that a process says.
pub(super) async fn first_line<T: DeserializeOwned>(child: &mut Child) -> Result<T, Fail> {
    let said = child.0.stdout.take().ok_or_else(|| broken("it says nothing"))?;
    let line = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        BufReader::new(said).read_line(&mut line).map(|_| line)
    });
    let line = line.await.map_err(broken)?.map_err(broken)?;
    serde_json::from_str(&line).map_err(|_| broken("a process of the measurement ended early"))
}

/// Asks until a server is ready; gives how long that took.
pub(super) async fn ready(address: SocketAddr) -> Result<Duration, Fail> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if let Ok(mut wire) = Wire::connect(address).await
            && wire.get("/readyz", "").await.is_ok_and(|a| a.status == 200)
        {
            return Ok(began.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Err(broken("the service does not get ready"))
}

/// Reads user and system time; the name before them may hold anything, a parenthesis too.
fn cpu_of(stat: &str) -> Option<Duration> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u32>().ok();
    Some(TICK * (ticks()? + ticks()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_read_behind_any_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194304 10 0 0 0 150 50 0 0 20 0 3 0 99 1 2";
        assert_eq!(cpu_of(stat), Some(Duration::from_secs(2)));
        assert_eq!(cpu_of("7 (x) S 1"), None);
    }
}
