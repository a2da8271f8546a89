//! Looking on at a pool: waiting for states, watching what sessions do.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use allocation_counter::measure;
use serde_json::json;
use theus_core::prelude::*;
use theus_core::workflow::Sessions;

use super::sessions_pool::{LONG, shops};
use super::workflow_world::Shop;
use crate::executor::{Task, block_on};

#[test]
fn a_state_that_is_passed_is_seen() {
    let (builder, _) = shops();
    let shops = builder.workers(2).start().unwrap();
    shops.open("one", Shop::default()).unwrap();
    for _ in 0..100 {
        let mut waits = Task::new(shops.wait_for_async("one", "PASSED"));
        assert!(waits.poll().is_pending());
        shops.emit("one", "CMD_PASS").unwrap();
        assert!(shops.wait_until_idle(LONG));
        assert_eq!(shops.states("one").unwrap(), ["OPEN"]);
        assert!(waits.is_woken() && waits.poll().is_ready(), "it was there for no time at all");
    }
    drop(Task::new(shops.wait_for_async("one", "DONE")));
    let late = shops.wait_for("one", "DONE", Duration::from_millis(5)).unwrap_err().to_string();
    assert!(late.starts_with("the session `one` is not in DONE after ") && late.ends_with("it is in OPEN, running"));
    thread::scope(|scope| {
        let waits = scope.spawn(|| block_on(shops.wait_for_async("one", "DONE")));
        shops.emit("one", "CMD_END").unwrap();
        waits.join().unwrap().unwrap();
    });
    assert!(block_on(shops.wait_for_async("one", "OPEN")).is_err(), "it is over");
    assert!(block_on(shops.wait_for_async("one", "DONE")).is_ok());
}

#[test]
fn it_costs_each_who_waits_the_same_however_many_wait_for_one_session() {
    let (builder, _) = shops();
    let shops = builder.stepped(5).start().unwrap();
    shops.open("one", Shop::default()).unwrap();
    let took = |count: usize| {
        let begun = Instant::now();
        let mut waiting: Vec<_> = (0..count).map(|_| Task::new(shops.wait_for_async("one", "DONE"))).collect();
        assert!(waiting.iter_mut().all(|waits| waits.poll().is_pending()));
        begun.elapsed()
    };
    let least = |count| (0..3).map(|_| took(count)).min().unwrap_or_default();
    let (few, many) = (least(2_000), least(16_000));
    assert!(many < few * 32, "8 times as many took {few:?} and {many:?}: by the square it would be 64 times");
}

#[test]
fn one_session_is_watched_or_all_of_them() {
    let (builder, _) = shops();
    let shops = Arc::new(builder.stepped(5).start().unwrap());
    shops.open("one", Shop::default()).unwrap();
    shops.open("two", Shop::default()).unwrap();
    shops.step_until_idle(100);
    let (one, all, few) = (shops.watch("one", 100).unwrap(), shops.watch_all(100), shops.watch_all(2));
    for name in ["one", "two"] {
        shops.emit_with(name, "CMD_NOTE", json!({ "text": name })).unwrap();
    }
    shops.step_until_idle(100);
    let texts = |watch: &theus_core::workflow::sessions::SessionWatch| {
        std::iter::from_fn(|| watch.try_next()).map(|entry| entry.to_string()).collect::<Vec<_>>()
    };
    let (of_one, of_all) = (texts(&one), texts(&all));
    assert!(of_one.iter().any(|line| line.contains("CMD_NOTE")) && of_one.iter().any(|line| line.contains("note")));
    assert!(of_one.iter().all(|line| line.starts_with("one: ")));
    let own: Vec<_> = of_all.iter().filter(|line| line.starts_with("one: ")).cloned().collect();
    assert_eq!((own, of_all.len()), (of_one.clone(), 2 * of_one.len()), "each is told to both, in order");
    assert_eq!((texts(&few).len() as u64, few.lost()), (2, of_all.len() as u64 - 2));
    shops.open("three", Shop::default()).unwrap();
    shops.step_until_idle(100);
    assert!(texts(&all).iter().any(|line| line.starts_with("three: ")), "also those that are opened later");
    assert!(all.next_timeout(Duration::from_millis(5)).is_none());
    let told = thread::spawn(move || block_on(all.next()).is_none());
    drop((one, shops));
    assert!(told.join().unwrap(), "the pool is gone");
}

#[derive(Clone, Default, Context)]
struct Small {
    level: i64,
}

#[process(inputs = [domain.level], outputs = [domain.level])]
fn rise(ctx: Ctx<Small>) {
    *ctx.domain.level += 1;
}

/// A hundred thousand sessions that have handled an event and wait for the next: what the map of names takes included.
#[test]
fn an_idle_session_of_a_pool_takes_a_kilobyte_at_most() {
    const SESSIONS: u64 = 100_000;
    let engine = Engine::builder(Small::default()).process::<Rise>().build().unwrap();
    let flow = "{ external: [CMD_GO], initialised: [domain.level],
        states: { LOW: { events: { CMD_GO: HIGH } }, HIGH: { entry: rise, events: { CMD_GO: LOW } } } }";
    let pool = Sessions::of_text(&engine, "small.yaml", flow).unwrap().stepped(1).start().unwrap();
    let used = measure(|| {
        for few in 0..SESSIONS / 100 {
            for number in 0..100 {
                let name = format!("session-{:06}", few * 100 + number);
                pool.open(&name, Small::default()).unwrap();
                pool.emit(&name, "CMD_GO").unwrap();
            }
            pool.step_until_idle(usize::MAX);
        }
    });
    let each = used.bytes_current.cast_unsigned() / SESSIONS;
    assert_eq!(*pool.engine("session-099999").unwrap().snapshot().unwrap().level, 1);
    assert!(each <= 1_024, "{each} bytes");
    println!("an idle session of a pool: {each} bytes");
}

/// Sessions that were opened one after the other, then all of them busy at once, each with many events: what they needed for
/// that is given back.
#[test]
fn a_pool_at_rest_keeps_no_room_of_a_burst() {
    const SESSIONS: u64 = 10_000;
    const EVENTS: u64 = 8;
    let engine = Engine::builder(Small::default()).process::<Rise>().build().unwrap();
    let flow = "{ external: [CMD_GO, CMD_NOW], initialised: [domain.level],
        states: { LOW: { events: { CMD_GO: { to: HIGH, steps: [rise, rise] }, CMD_NOW: HIGH } }, HIGH: { entry: rise, events: { '*': LOW } } } }";
    let pool = Sessions::of_text(&engine, "small.yaml", flow).unwrap().stepped(1).start().unwrap();
    let names: Vec<String> = (0..SESSIONS).map(|number| format!("session-{number:06}")).collect();
    for name in &names {
        pool.open(name, Small::default()).unwrap();
        pool.emit(name, "CMD_GO").unwrap();
        pool.step_until_idle(usize::MAX);
    }
    let burst = measure(|| {
        for name in &names {
            (0..EVENTS).for_each(|_| pool.emit(name, "CMD_GO").unwrap());
            pool.emit_urgent(name, "CMD_NOW").unwrap();
        }
        pool.step_until_idle(usize::MAX);
    });
    assert_eq!(pool.census().handled, SESSIONS * (1 + 1 + EVENTS + 1), "the start, and all events");
    assert!(burst.bytes_max > SESSIONS * EVENTS * 64, "they waited all at once: {burst:?}");
    let left = burst.bytes_current;
    assert!(left <= SESSIONS.cast_signed(), "{left} bytes are left of {}", burst.bytes_max);
}
