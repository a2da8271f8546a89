//! The load: calls of each kind, by turns.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use theus_restate::Ingress;

const ADDRESS: &str = "127.0.0.1:19170";
const KEYS: usize = 200;

/// A kind of call: its name, the object, the handler, what is sent.
type Kind = (&'static str, &'static str, &'static str, fn() -> Value);
const KINDS: [Kind; 7] = [
    ("raw: one get, one set", "Raw", "add", || json!(1)),
    ("raw, the value through a journaled step", "Raw", "add_in_step", || json!(1)),
    ("a session of Theus", "Tallies", "run", || json!({ "process": "count", "with": { "by": 1 } })),
    ("that violates what is counted late", "LateTallies", "run", violates),
    ("that violates what is counted exactly", "ExactTallies", "run", violates),
    (
        "a session of 100 KB, kept in parts",
        "LedgersInParts",
        "run",
        || json!({ "process": "note", "with": { "by": 1 } }),
    ),
    ("a session of 100 KB, kept whole", "Ledgers", "run", || json!({ "process": "note", "with": { "by": 1 } })),
];

/// More than the rule that is counted over machines lets pass; it never acts.
fn violates() -> Value {
    json!({ "process": "count", "with": { "by": 5_000 } })
}

#[derive(Clone, Default)]
struct Measured {
    calls: u64,
    seconds: f64,
    server: f64,
    endpoint: f64,
    times: Vec<Duration>,
}

pub fn measure(clients: usize, each: Duration, turns: u32) {
    let variable = |name: &str| std::env::var(name).ok();
    let (Some(ingress), Some(admin), Some(server)) = (
        variable("THEUS_RESTATE_INGRESS"),
        variable("THEUS_RESTATE_ADMIN"),
        variable("THEUS_RESTATE_PID").and_then(|pid| pid.parse::<u32>().ok()),
    ) else {
        println!("no server was started for the rest: see the script `bench`");
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let endpoint = Endpoint::start(&runtime, &admin);
    let ingress = Ingress::at(&ingress).unwrap();
    let mut measured = vec![Measured::default(); KINDS.len()];
    // The first calls begin the sessions, and warm all of it up.
    for kind in KINDS {
        runtime.block_on(load(&ingress, kind, clients, Duration::from_secs(2)));
    }
    for _ in 0..turns {
        for (kind, measured) in KINDS.into_iter().zip(&mut measured) {
            let before = (cpu(server), cpu(endpoint.0.id()), Instant::now());
            let times = runtime.block_on(load(&ingress, kind, clients, each / turns));
            measured.calls += times.len() as u64;
            measured.times.extend(times);
            measured.seconds += before.2.elapsed().as_secs_f64();
            // What it has sent is part of what it costs, and of no other kind's.
            rests(server);
            measured.server += cpu(server) - before.0;
            measured.endpoint += cpu(endpoint.0.id()) - before.1;
        }
    }
    println!("{clients} clients, {} s each, in {turns} turns", each.as_secs());
    let mut raw = None;
    for ((name, ..), mut measured) in KINDS.into_iter().zip(measured) {
        measured.times.sort_unstable();
        let at = |share: f64| measured.times[((measured.times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
        let of_call = |seconds: f64| seconds * 1e3 / measured.calls as f64;
        let (server, endpoint) = (of_call(measured.server), of_call(measured.endpoint));
        let raw = *raw.get_or_insert(server + endpoint);
        println!(
            "{name:>40}: p50 {:.1} ms, p99 {:.1} ms, {:.0} calls/s; CPU of a call {server:.2} + {endpoint:.2} ms (server + endpoint): {:.2} times raw",
            at(0.5),
            at(0.99),
            measured.calls as f64 / measured.seconds,
            (server + endpoint) / raw,
        );
    }
}

/// Waits until the server has next to nothing to do.
fn rests(server: u32) {
    for _ in 0..100 {
        let before = cpu(server);
        std::thread::sleep(Duration::from_millis(300));
        if cpu(server) - before < 0.04 {
            return;
        }
    }
}

/// How long each call took.
async fn load(ingress: &Ingress, (_, object, handler, body): Kind, clients: usize, time: Duration) -> Vec<Duration> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let run = fastrand::u64(..);
    let (end, body) = (Instant::now() + time, Arc::new(body()));
    let tasks: Vec<_> = (0..clients)
        .map(|_| {
            let (ingress, body) = (ingress.clone(), Arc::clone(&body));
            tokio::spawn(async move {
                let mut times = Vec::new();
                while Instant::now() < end {
                    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
                    let session = format!("key-{}", fastrand::usize(..KEYS));
                    let (key, begun) = (format!("{run:x}-{number}"), Instant::now());
                    let told: Value =
                        ingress.call((object, &session, handler), Some(&*body), Some(&key)).await.unwrap();
                    times.push(begun.elapsed());
                    assert!(told.get("refused").is_none(), "{told}");
                }
                times
            })
        })
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.unwrap());
    }
    all
}

struct Endpoint(Child);

impl Endpoint {
    /// This program again, registered.
    fn start(runtime: &tokio::runtime::Runtime, admin: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let child = Self(command.args(["--serve", ADDRESS]).stdin(Stdio::null()).spawn().unwrap());
        while std::net::TcpStream::connect(ADDRESS).is_err() {
            std::thread::sleep(Duration::from_millis(10));
        }
        let body = json!({ "uri": format!("http://{ADDRESS}"), "force": true }).to_string();
        let request = Request::builder().method(Method::POST).uri(format!("{admin}/deployments"));
        let request = request.header("content-type", "application/json").body(Full::new(Bytes::from(body))).unwrap();
        let (status, told) = runtime.block_on(async {
            let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
            let response = client.request(request).await.unwrap();
            (response.status(), response.into_body().collect().await.unwrap().to_bytes())
        });
        assert!(status.is_success(), "{}", String::from_utf8_lossy(&told));
        child
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The time of the processors that a process has had so far, in seconds: user and system. As `proc(5)` has it, a hundredth each.
fn cpu(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let behind_name = stat.rsplit(')').next().unwrap();
    behind_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / 100.0
}
