//! Looking on at a pool: waiting for states, watching what sessions do.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde_json::json;

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
