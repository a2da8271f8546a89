//! A server, as the system sees it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

pub(crate) const TOKEN: &str = "customer-of-acme-0001";

pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
}

impl Server {
    /// The desk. Nobody pays under this load, so no payment server is asked.
    pub(crate) fn desk(folder: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_desk"));
        command.args(["--listen", "127.0.0.1:0", "--store"]).arg(folder.join("desk.db"));
        command.env("DESK_TOKENS", format!("customer acme {TOKEN}"));
        Self::start(command)
    }

    /// This program again, as the desk without Theus.
    pub(crate) fn bare(folder: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("--bare").arg(folder.join("bare.db"));
        Self::start(command)
    }

    fn start(mut command: Command) -> Self {
        for name in ["PORT", "DATABASE_URL", "DESK_PAYMENTS"] {
            command.env_remove(name);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().rsplit(' ').next().unwrap().to_owned();
        assert!(url.starts_with("http://"), "it does not listen: {line}");
        Self { child, url }
    }

    /// The time of the processors that it has had so far, in seconds: user and system. As `proc(5)` has it, a hundredth each.
    pub(crate) fn cpu(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let behind_name = stat.rsplit(')').next().unwrap();
        let ticks: u64 =
            behind_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
        ticks as f64 / 100.0
    }

    /// What it has in memory of its own, in MiB: pages of files that are mapped are none of it.
    pub(crate) fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("RssAnon:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
