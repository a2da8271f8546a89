//! What one machine latches: after it is acknowledged nothing begins on any endpoint, until an operator resets it.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use theus_core::audit::{Interlock, Look, SharedInterlock};
use theus_core::prelude::*;
use theus_restate::interlock::{Lease, ResetRecord};
use theus_restate::{Ingress, RemoteError};

use super::program::{Charge, Pay};
use super::server::{Server, effects};

#[derive(Clone, Default, Context)]
struct Oven {
    temperature: f64,
}

#[process(outputs = [domain.temperature])]
fn heat(ctx: Ctx<Oven>) {
    ctx.domain.temperature.set(99.0);
}

/// Some violation of level S.
fn stop() -> Interlock {
    let recipe = "process_recipes: { heat: { outputs: [ { field: domain.temperature, max: 90, level: S } ] } }";
    let builder = Engine::builder(Oven::default()).process::<Heat>().recipe("oven.yaml", recipe).unwrap();
    let engine = builder.build().unwrap();
    engine.run(Heat {}).unwrap_err();
    engine.interlock().unwrap()
}

fn now() -> u128 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos()
}

fn opens(lease: &Lease) {
    let begun = Instant::now();
    while !matches!(lease.look(), Look::Open) {
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", lease.look());
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn nothing_begins_on_any_endpoint_after_a_latch_was_acknowledged() {
    let Some(server) = Server::find() else { return };
    let (one, mut other) = (server.serve("OneTills", true), server.serve("OtherTills", true));
    let lease =
        Lease::begin(Ingress::at(&server.ingress).unwrap(), Duration::from_millis(300), server.runtime.handle());
    opens(&lease);
    let is_over = Arc::new(AtomicBool::new(false));
    let done = Arc::new(AtomicU64::new(0));
    let load: Vec<_> = (0..8)
        .map(|number| {
            let object = if number % 2 == 0 { "OneTills" } else { "OtherTills" };
            let till = server.tills(object).session(format!("load-{number}"));
            let (is_over, done) = (Arc::clone(&is_over), Arc::clone(&done));
            server.runtime.spawn(async move {
                while !is_over.load(Ordering::Relaxed) {
                    match till.run(Pay { amount: 1 }).await {
                        Ok(_) => {
                            done.fetch_add(1, Ordering::Relaxed);
                        }
                        Err(error) if error.kind() == Some("interlocked") => {
                            tokio::time::sleep(Duration::from_millis(5)).await;
                        }
                        Err(error) => panic!("{error:?}"),
                    }
                }
            })
        })
        .collect();
    let latches = std::env::var("THEUS_LATCHES").ok().and_then(|latches| latches.parse().ok()).unwrap_or(15_u64);
    let (mut longest, mut refused) = (Duration::ZERO, 0_u32);
    for latch in 0..latches {
        let before = done.load(Ordering::Relaxed);
        while done.load(Ordering::Relaxed) < before + 8 {
            thread::sleep(Duration::from_millis(2));
        }
        let begun = Instant::now();
        lease.latch(&stop()).unwrap();
        let acknowledged = now();
        longest = longest.max(begun.elapsed());
        if latch == 3 {
            // An endpoint that comes back finds it latched.
            other.kill();
            other.start();
        }
        thread::sleep(Duration::from_millis(120));
        for served in [&one, &other] {
            let late: Vec<_> = served.effects().into_iter().filter(|(when, _, _)| *when > acknowledged).collect();
            assert_eq!(late, [], "latch {latch}");
        }
        let asked = server.runtime.block_on(server.tills("OneTills").session("asked").run(Charge { amount: 1 }));
        refused += u32::from(asked.is_err_and(|error: RemoteError| error.kind() == Some("interlocked")));
        lease.reset("R. Lee", "the test goes on").unwrap();
        for served in [&one, &other] {
            // What is looked through stays short.
            let _ = fs::remove_file(served.folder.join("effects"));
        }
        opens(&lease);
    }
    is_over.store(true, Ordering::Relaxed);
    for load in load {
        server.runtime.block_on(load).unwrap();
    }
    assert_eq!(u64::from(refused), latches);
    let records: Vec<ResetRecord> = server.runtime.block_on(async {
        let ingress = Ingress::at(&server.ingress).unwrap();
        ingress.call(("Interlock", "all", "records"), None::<&()>, None).await.unwrap()
    });
    assert!(records.len() as u64 >= latches.min(1_000) && records.iter().all(|record| record.operator == "R. Lee"));
    assert!(lease.epoch() >= 2 * latches);
    println!("{latches} latches, the longest answered after {longest:?}; {} runs", done.load(Ordering::Relaxed));
    assert!(effects(&one.folder).len() < 1_000_000);
}

#[test]
fn without_a_lease_nothing_begins_and_with_it_again_what_was_asked_is_done() {
    let Some(server) = Server::find() else { return };
    // Nobody answers there.
    let lost =
        Lease::begin(Ingress::at("http://127.0.0.1:9").unwrap(), Duration::from_millis(100), server.runtime.handle());
    thread::sleep(Duration::from_millis(150));
    assert!(matches!(lost.look(), Look::Unknown(_)));
    assert!(lost.latch(&stop()).is_err());
}
