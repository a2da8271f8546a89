//! Sessions on a server, beside the same program in one process: after each random call the answer, the state, the counters and the chain
//! are equal.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use parking_lot::Mutex;
use serde_json::{Value, json};
use theus_core::workflow::SystemClock;
use theus_restate::drive::{Ask, Told};
use theus_restate::{Ingress, Unreached};
use tokio::runtime::Builder;

use super::program::Outside;
use super::program::asks::random_ask;
use super::program::reference::{Reference, comparable};
use super::server::Server;

const SESSIONS: u64 = 200;
const THREADS: u64 = 8;

/// As the endpoint's: what is tried again succeeds the third time.
#[derive(Default)]
struct World(Mutex<BTreeMap<String, u32>>);

impl Outside for World {
    fn pay(&self, key: &str, amount: i64) -> bool {
        let mut seen = self.0.lock();
        let tries = seen.entry(key.to_owned()).or_default();
        *tries += 1;
        amount % 3 != 0 || tries.is_multiple_of(3)
    }
}

struct Pair<'a> {
    server: &'a Server,
    ingress: Ingress,
    object: &'a str,
    reference: Reference<SystemClock>,
    at_rest: BTreeMap<String, u64>,
}

impl Pair<'_> {
    fn call(&self, session: &str, ask: &Ask) -> Told {
        let (handler, body) = match ask {
            Ask::Run(ask) => ("run", json!(ask)),
            Ask::Emit(ask) => ("emit", json!(ask)),
            Ask::Ask(ask) => ("ask", json!(ask)),
            Ask::Control(ask) => ("control", json!(ask)),
            Ask::Tick(_) | Ask::GoOn(_) => unreachable!("the server's own"),
        };
        let at = (self.object, session, handler);
        self.server.runtime.block_on(self.ingress.call(at, Some(&body), None)).unwrap()
    }

    fn look(&self, session: &str) -> Value {
        let at = (self.object, session, "state");
        let look: Result<Value, Unreached> = self.server.runtime.block_on(self.ingress.call(at, None::<&()>, None));
        look.unwrap()
    }

    /// What is different now, if anything is; until that time it may be that the server is not there yet.
    fn differs(&mut self, session: &str, until: Option<Instant>) -> Option<String> {
        loop {
            let mut expected = self.reference.look(session);
            let behind = self.at_rest.get(session).copied().unwrap_or_default();
            expected["version"] = json!(expected["version"].as_u64().unwrap() - behind);
            let found = self.look(session);
            if found == expected {
                return None;
            }
            if until.is_none_or(|until| Instant::now() > until) {
                return Some(format!("{session}:\n{found}\n{expected}"));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// What the session waits for has come, where it is near: the server has begun to wait a little earlier.
    fn settles(&mut self, session: &str, is_near: Duration) -> Option<String> {
        let due = self.reference.next_due(session)?;
        let left = due.duration_since(SystemTime::now()).unwrap_or_default();
        if left > is_near {
            return None;
        }
        thread::sleep(left + Duration::from_millis(100));
        self.differs(session, Some(Instant::now() + Duration::from_secs(20)))
    }

    fn asks(&mut self, session: &str, ask: &Ask) -> Option<String> {
        if let Some(different) = self.settles(session, Duration::from_millis(1_500)) {
            return Some(format!("before {ask:?}: {different}"));
        }
        let signal_waited = self.look(session)["waiting"].to_string().contains("EVT_BIG");
        let told = self.call(session, ask);
        let mut expected = self.reference.ask(session, ask);
        let at_rest = self.at_rest.entry(session.to_owned()).or_default();
        let behind = expected.version - told.version;
        if signal_waited && (*at_rest..*at_rest + 3).contains(&behind) {
            *at_rest = behind;
        }
        expected.version -= *at_rest;
        if comparable(&told) != comparable(&expected) {
            return Some(format!("{session}: {ask:?}:\n{told:?}\n{expected:?}"));
        }
        if expected.is_under_way {
            while self.reference.ask(session, &Ask::Tick(0)).is_under_way {
                thread::sleep(Duration::from_millis(20));
            }
            return self.differs(session, Some(Instant::now() + Duration::from_secs(20)));
        }
        self.differs(session, None)
    }
}

/// The first difference, and how many calls there were.
fn run(server: &Server, object: &str, seed: u64, calls: u64) -> (Option<String>, u64) {
    let (different, is_over, made) = (Mutex::new(None), AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (different, is_over, made) = (&different, &is_over, &made);
            scope.spawn(move || {
                let mut random = fastrand::Rng::with_seed(seed.wrapping_add(number));
                let runtime = Builder::new_current_thread().enable_all().build().unwrap();
                let reference = Reference::new(Arc::new(World::default()), SystemClock, runtime.handle());
                let ingress = Ingress::at(&server.ingress).unwrap();
                let mut pair = Pair { server, ingress, object, reference, at_rest: BTreeMap::new() };
                let mut posted: BTreeMap<String, u64> = BTreeMap::new();
                let sink = format!("sink-{seed:x}-{number}");
                for call in 0..calls / THREADS {
                    if is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    let session = format!("{seed:x}-{number}-{}", random.u64(0..SESSIONS / THREADS));
                    let ask = random_ask(&mut random, Some(&sink));
                    made.fetch_add(1, Ordering::Relaxed);
                    if let Some(found) = pair.asks(&session, &ask) {
                        different.lock().get_or_insert(format!("seed {seed}, thread {number}, call {call}: {found}"));
                        is_over.store(true, Ordering::Relaxed);
                        return;
                    }
                    // One in twenty waits for its time.
                    if random.u32(0..20) == 0
                        && let Some(found) = pair.settles(&session, Duration::from_secs(5))
                    {
                        different
                            .lock()
                            .get_or_insert(format!("seed {seed}, thread {number}, when its time came: {found}"));
                    }
                    posted.insert(session.clone(), pair.reference.sent(&session).len() as u64);
                }
                let sent: u64 = posted.values().sum();
                let came = || pair.look(&sink)["step"].as_u64().unwrap_or_default();
                let has_come = (0..200).any(|_| {
                    thread::sleep(Duration::from_millis(50));
                    came() >= sent
                });
                if !has_come || came() != sent {
                    different.lock().get_or_insert(format!("thread {number}: {sent} were sent, {} have come", came()));
                }
            });
        }
    });
    (different.into_inner(), made.into_inner())
}

#[test]
fn on_a_server_each_session_is_what_it_is_in_one_process() {
    let Some(server) = Server::find() else { return };
    let _served = server.serve("DifferentialTills", false);
    let number = |name: &str| std::env::var(name).ok().and_then(|number| number.parse::<u64>().ok());
    let seed = number("THEUS_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("THEUS_SEED={seed}");
    let begun = Instant::now();
    let (different, calls) = run(&server, "DifferentialTills", seed, number("THEUS_CALLS").unwrap_or(1_200));
    assert_eq!(different, None);
    println!("{calls} calls in {:?}", begun.elapsed());
}

#[test]
fn so_is_one_that_is_kept_in_parts_whoever_serves_it() {
    let Some(server) = Server::find() else { return };
    let mut served = server.serve_in_parts("TillsInParts");
    let seed = fastrand::u64(..);
    println!("THEUS_SEED={seed}");
    for part in 0..2 {
        assert_eq!(run(&server, "TillsInParts", seed.wrapping_add(part * 100), 300).0, None);
        // The next one knows no session.
        served.kill();
        served.start();
    }
    let tills =
        super::program::served("TillsInParts", Arc::new(World::default()), None::<theus_restate::interlock::Lease>);
    let check = server.runtime.block_on(tills.unwrap().check(&server.admin)).unwrap();
    assert!(check.is_clean() && check.sessions > 100, "{check}");
}

#[test]
fn the_test_sees_counters_that_are_not_carried() {
    let Some(server) = Server::find() else { return };
    let _served = server.serve_spoilt("SpoiltTills");
    let (different, calls) = run(&server, "SpoiltTills", 7, 2_000);
    println!("seen after {calls} calls");
    assert!(different.is_some());
}
