//! A desk and its payment server, each on a port of its own, and a client.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) const CUSTOMER: &str = "customer-of-acme-0001";
pub(crate) const CLERK: &str = "clerk-of-acme-0000001";
pub(crate) const AUDITOR: &str = "auditor-of-acme-00001";
pub(crate) const HOUSE: &str = "auditor-of-all-000001";
pub(crate) const OTHER: &str = "customer-of-bolt-0001";

const TOKENS: &str = "
customer acme customer-of-acme-0001
clerk    acme clerk-of-acme-0000001
auditor  acme auditor-of-acme-00001
auditor  *    auditor-of-all-000001
customer bolt customer-of-bolt-0001";

/// A program that serves, until it is dropped.
pub(crate) struct Served {
    child: Child,
    out: BufReader<ChildStdout>,
    pub(crate) url: String,
}

impl Served {
    fn start(options: &[&str], log: Stdio) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_desk"));
        for name in ["PORT", "DATABASE_URL", "DESK_PAYMENTS", "DESK_TOKENS"] {
            command.env_remove(name);
        }
        command.args(options).env("DESK_TOKENS", TOKENS).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let url = line.trim().rsplit(' ').next().unwrap().to_owned();
        assert!(url.starts_with("http://"), "{options:?}: {line}");
        Self { child, out, url }
    }

    /// A payment server.
    pub(crate) fn payments(flaky: u8) -> Self {
        let flaky = flaky.to_string();
        Self::start(&["payments", "--listen", "127.0.0.1:0", "--flaky", &flaky, "--late", "600ms"], Stdio::null())
    }

    /// A desk with its orders in this folder, and its log in `desk.log`.
    pub(crate) fn desk(folder: &Path, payments: &str, more: &[&str]) -> Self {
        let store = folder.join("desk.db");
        let mut options = vec![
            "--listen",
            "127.0.0.1:0",
            "--store",
            store.to_str().unwrap(),
            "--payments",
            payments,
            "--patience",
            "200ms",
        ];
        options.extend(more);
        let log = std::fs::File::options().create(true).append(true).open(folder.join("desk.log")).unwrap();
        Self::start(&options, log.into())
    }

    /// As if the power were cut.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Tells it to end, and waits until it has. What it has said at last.
    pub(crate) fn end(&mut self) -> (ExitStatus, String) {
        self.signal("TERM");
        let mut said = String::new();
        self.out.read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap(), said)
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    pub(crate) fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    pub(crate) fn client(&self, token: &str) -> Client {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(30)))
            .http_status_as_error(false)
            // Who is refused before all of a body is read has lost the connection, and so has who is idle for long.
            .max_idle_connections(0)
            .build();
        Client { agent: config.new_agent(), url: self.url.clone(), token: token.to_owned() }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Both of them, in a folder.
pub(crate) struct Shop {
    pub(crate) desk: Served,
    pub(crate) payments: Served,
    pub(crate) folder: TempDir,
}

impl Shop {
    pub(crate) fn open(flaky: u8, more: &[&str]) -> Self {
        let (folder, payments) = (tempfile::tempdir().unwrap(), Served::payments(flaky));
        let desk = Served::desk(folder.path(), &payments.url, more);
        Self { desk, payments, folder }
    }
}

#[derive(Clone)]
pub(crate) struct Client {
    agent: ureq::Agent,
    url: String,
    token: String,
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: ureq::http::HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The end of its type, where it is a problem in every respect.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        let json = self.json();
        assert_eq!(json["status"], self.status, "{self:?}");
        json["type"].as_str().unwrap().rsplit(':').next().unwrap().to_owned()
    }

    #[track_caller]
    pub(crate) fn state(&self) -> String {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()["states"][0].as_str().unwrap().to_owned()
    }
}

impl Client {
    /// What is answered, if anything is.
    pub(crate) fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Reply, ureq::Error> {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        if !self.token.is_empty() {
            request = request.header("Authorization", format!("Bearer {}", self.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).unwrap();
        let mut response = self.agent.run(request)?;
        let text = response.body_mut().read_to_string()?;
        Ok(Reply { status: response.status().as_u16(), headers: response.headers().clone(), text })
    }

    /// The same client of a desk that is elsewhere.
    pub(crate) fn at(&self, url: &str) -> Self {
        Self { url: url.to_owned(), ..self.clone() }
    }

    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        self.try_send(method, path, headers, body).unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], &[])
    }

    pub(crate) fn open(&self, order: &str) -> Reply {
        self.send("PUT", &format!("/sessions/{order}"), &[], &[])
    }

    pub(crate) fn look(&self, order: &str) -> Value {
        self.get(&format!("/sessions/{order}")).json()
    }

    pub(crate) fn say(&self, order: &str, event: &str, body: &Value) -> Reply {
        let path = format!("/sessions/{order}/events/{event}?wait=work");
        self.send("POST", &path, &[("Content-Type", "application/json")], body.to_string().as_bytes())
    }

    /// Until it is in this state, and nothing follows any more: what is looked at twice is the same.
    pub(crate) fn is_at(&self, order: &str, state: &str) -> Value {
        let (begun, mut before) = (Instant::now(), Value::Null);
        loop {
            let look = self.look(order);
            if look["states"][0] == state && look == before {
                return look;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "not {state}: {look}");
            before = look;
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
