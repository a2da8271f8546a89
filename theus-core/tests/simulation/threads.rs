//! The same invariants, with workers and producers that are threads.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::json;
use theus_core::workflow::VirtualClock;

use super::checker::{Checker, PRODUCERS};
use super::till::{EVENTS, FLOW, Till, Tills, engine};

const SESSIONS: u64 = 300;
const EACH: u64 = 4_000;
const LONG: Duration = Duration::from_secs(60);

fn name(id: u64) -> String {
    format!("till-{id}")
}

/// One producer: its numbers rise.
fn produce(tills: &Tills, checker: &Checker, producer: u64) {
    let mut random = fastrand::Rng::with_seed(producer);
    for count in 1..=EACH {
        let (session, event) = (name(random.u64(..SESSIONS)), EVENTS[random.usize(..EVENTS.len())]);
        let number = count * PRODUCERS + producer;
        checker.about_to(&session, Some(number));
        if tills.emit_with(&session, event, json!({ "number": number })).is_err() {
            checker.refused(&session, Some(number));
        }
        checker.bounded(tills, &session);
        if count % 50 == 0 {
            thread::sleep(Duration::from_millis(2));
        }
        match random.u32(..400) {
            0 => {
                checker.count(|tally| tally.paused += 1);
                tills.pause(&session).unwrap();
                tills.status(&session).unwrap();
            }
            1 => tills.cancel(&session, "not wanted").unwrap(),
            2..8 => tills.resume(&session).unwrap(),
            _ => {}
        }
    }
}

#[test]
fn the_invariants_hold_under_threads() {
    let (engine, outside) = engine();
    let (clock, checker) = (VirtualClock::new(), Checker::default());
    let told = checker.clone();
    let tills = Tills::of_text(&engine, "till.yaml", FLOW)
        .unwrap()
        .clock(clock.clone())
        .observe(move |session, happening| told.observe(session, happening))
        .workers(2)
        .start()
        .unwrap();
    let watch = tills.watch_all(10_000_000);
    for id in 0..SESSIONS {
        tills.open(&name(id), Till { id, balance: 4, ..Till::default() }).unwrap();
        checker.begin(&name(id), 4);
    }
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                clock.advance(Duration::from_millis(300));
                thread::sleep(Duration::from_millis(1));
            }
        });
        let producers: Vec<_> = (0..PRODUCERS)
            .map(|producer| {
                scope.spawn({
                    let (t, c) = (&tills, &checker);
                    move || produce(t, c, producer)
                })
            })
            .collect();
        producers.into_iter().for_each(|producer| producer.join().unwrap());
        for id in 0..SESSIONS {
            tills.resume(&name(id)).unwrap();
        }
        // Until nothing is under way: timers of two minutes go by in less than a second.
        while !tills.wait_until_idle(LONG) || tills.next_due().is_some() {
            thread::sleep(Duration::from_millis(5));
        }
        is_over.store(true, Ordering::Relaxed);
    });
    while let Some(entry) = watch.try_next() {
        checker.entry(&entry);
    }
    for id in 0..SESSIONS {
        checker.last_look(&tills, &outside, &name(id));
    }
    let (tally, wrong) = checker.outcome(&outside);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tally.accepted > 1_000 && tally.refused > 0 && tally.handled > tally.accepted / 2, "{tally:?}");
    println!("{tally:?}");
}
