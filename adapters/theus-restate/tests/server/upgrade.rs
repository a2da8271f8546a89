//! A second version of a program takes over while sessions wait for a timer, are tried again, or wait for an answer: what cannot go on is told
//! before, and none is stuck.

use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use theus_core::engine::StoredCheck;
use theus_restate::Remote;

use super::server::Server;
use super::two_versions::two::{Order, Reserve};
use super::two_versions::{Till, Version};

/// So many sessions in each place.
const EACH: usize = 3;

struct Endpoint(Child);

impl Endpoint {
    fn start(server: &Server, version: &str, port: u16, folder: &Path) -> Self {
        let mut command = Command::new(server.endpoint.with_file_name("upgrading"));
        command.args([version, &format!("127.0.0.1:{port}")]).arg(folder);
        let child = Self(command.stdin(Stdio::null()).spawn().unwrap());
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "the endpoint does not listen");
            thread::sleep(Duration::from_millis(10));
        }
        child
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Orders<'a> {
    server: &'a Server,
    remote: Remote<Order>,
}

impl Orders<'_> {
    fn ask(&self, session: &str, event: &str) {
        self.server.runtime.block_on(self.remote.session(session).ask(event, Value::Null)).unwrap();
    }

    fn state(&self, session: &str) -> Value {
        self.server.runtime.block_on(self.remote.session(session).state()).unwrap()
    }

    fn check(&self, version: Version) -> StoredCheck {
        let till = Till { folder: std::env::temp_dir() };
        let served = version.served(till).unwrap();
        self.server.runtime.block_on(served.check(&self.server.admin)).unwrap()
    }

    /// Waits until it has ended, in this state.
    fn ends(&self, session: &str, expected: &str) -> Value {
        let begun = Instant::now();
        loop {
            let state = self.state(session);
            if state["status"] == "finished" {
                assert_eq!(state["states"], json!([expected]), "{session}: {state}");
                return state["data"].clone();
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "{session} is stuck: {state}");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn names(kind: &'static str) -> impl Iterator<Item = String> {
    (0..EACH).map(move |number| format!("{kind}-{number}"))
}

#[test]
fn what_cannot_go_on_is_told_before_and_with_it_seen_to_none_is_stuck() {
    let Some(server) = Server::find() else { return };
    let folder = std::env::temp_dir().join(format!("theus-restate-upgrade-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let till = Till { folder: folder.clone() };
    let first = Endpoint::start(&server, "1", 19_060, &folder);
    server.register("http://127.0.0.1:19060");
    let orders = Orders { server: &server, remote: Remote::at(&server.ingress, "Orders").unwrap() };

    for (kind, event) in [("held", "CMD_HOLD"), ("paying", "CMD_PAY"), ("yes", "CMD_ASK"), ("no", "CMD_ASK")] {
        names(kind).for_each(|name| orders.ask(&name, event));
    }
    let begun = Instant::now();
    names("over").for_each(|name| {
        orders.ask(&name, "CMD_ASK");
        orders.ask(&name, "CMD_YES");
    });

    // Before it is registered: what each program would find.
    let all = 5 * EACH as u64;
    let check = orders.check(Version::One);
    assert!(check.is_clean() && (check.sessions, check.to_migrate) == (all, 0), "{check}");
    let check = orders.check(Version::ForgotMoved);
    let mut found: Vec<_> =
        check.findings.iter().map(|found| (found.sessions, found.what.as_str(), found.example.as_str())).collect();
    found.sort_unstable();
    println!("{check}");
    let each = EACH as u64;
    assert_eq!(found.iter().map(|(sessions, _, _)| *sessions).collect::<Vec<_>>(), [each, each, 2 * each], "{check}");
    for ((_, what, _), state) in found.iter().zip(["HELD", "PAYING", "ASKING"]) {
        assert!(what.contains(&format!("`{state}`")), "{check}");
    }
    let check = orders.check(Version::ForgotMigrate);
    assert_eq!((check.findings.len(), check.findings[0].sessions), (1, all), "{check}");
    assert!(check.findings[0].what.contains(".migrate("), "{check}");
    let check = orders.check(Version::Two);
    assert!(check.is_clean() && (check.sessions, check.to_migrate) == (all, all), "{check}");

    // It takes over at another address; the first one goes when nothing is under way in it.
    let second = Endpoint::start(&server, "2", 19_061, &folder);
    server.register("http://127.0.0.1:19061");
    thread::sleep(Duration::from_millis(1_500));
    drop(first);
    assert!(begun.elapsed() < Duration::from_secs(12), "the timers have run before the second version was there");
    let tried = till.effects();
    assert!(tried.iter().any(|(_, by)| by == "1") && tried.iter().any(|(_, by)| by == "2"), "{tried:?}");

    std::fs::write(folder.join("open"), "").unwrap();
    names("yes").for_each(|name| orders.ask(&name, "CMD_YES"));
    names("no").for_each(|name| orders.ask(&name, "CMD_NO"));
    let data = |cents: u32, paid: bool, released: u32, receipts: u32| json!({ "cents": cents, "paid": paid, "released": released, "receipts": receipts });
    names("paying").for_each(|name| assert_eq!(orders.ends(&name, "DONE"), data(700, true, 0, 1), "{name}"));
    names("yes").for_each(|name| assert_eq!(orders.ends(&name, "DONE"), data(900, false, 0, 1), "{name}"));
    names("no").for_each(|name| assert_eq!(orders.ends(&name, "FAILED"), data(900, false, 1, 0), "{name}"));
    names("held").for_each(|name| assert_eq!(orders.ends(&name, "DONE"), data(500, false, 0, 1), "{name}"));
    names("over").for_each(|name| assert_eq!(orders.ends(&name, "DONE"), data(900, false, 0, 0), "{name}"));

    // One key for each payment, whichever version has tried it.
    let keys: std::collections::BTreeSet<_> = till.effects().into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys.len(), EACH);
    // What is new goes by the new recipe.
    let new = orders.remote.session("new");
    server.runtime.block_on(new.run(Reserve { cents: 50_000 })).unwrap();
    assert_eq!(server.runtime.block_on(new.run(Reserve { cents: 50_001 })).unwrap_err().kind(), Some("refused"));
    let check = orders.check(Version::Two);
    assert!(check.is_clean() && check.sessions == all + 1, "{check}");
    drop(second);
    // A few bytes in a folder for such.
    let _ = std::fs::remove_dir_all(&folder);
}
