//! How sessions and pools end: closed, dropped, shut down, and taken up again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use serde_json::json;
use theus_core::workflow::sessions::{SessionError, SessionStatus};
use theus_core::workflow::{Clock, VirtualClock};

use super::sessions_pool::{LONG, Shops, log, shops};
use super::workflow_world::{Outside, Ring, Shop};

/// A session that has committed one step and awaits in the second.
fn awaiting(shops: &Shops, outside: &Outside) {
    shops.open("one", Shop::default()).unwrap();
    shops.emit("one", "CMD_WAIT").unwrap();
    assert!(shops.wait_until_idle(LONG));
    assert_eq!(outside.waiting(), 1);
}

#[test]
fn a_session_that_is_cancelled_closed_or_dropped_while_it_awaits_leaves_nothing_half_done() {
    for how in ["cancel", "close", "drop"] {
        let (builder, outside) = shops();
        let shops = builder.workers(2).start().unwrap();
        awaiting(&shops, &outside);
        let engine = shops.engine("one").unwrap();
        match how {
            "cancel" => {
                shops.cancel("one", "enough").unwrap();
                assert!(shops.wait_until_idle(LONG));
                assert_eq!(shops.status("one").unwrap(), SessionStatus::Cancelled { reason: "enough".to_owned() });
            }
            "close" => drop(shops.close("one").unwrap()),
            _ => drop(shops),
        }
        assert_eq!(outside.waiting(), 0, "{how}: the run was let go of");
        assert_eq!(engine.run(Ring {}).is_ok(), how != "cancel", "{how}: a session that is over takes nothing");
        assert_eq!(engine.snapshot().unwrap().to_context().log, ["a"], "{how}: it was rolled back");
    }
}

#[test]
fn a_closed_session_ends_those_who_wait_for_it() {
    let (builder, _) = shops();
    let shops = builder.workers(1).start().unwrap();
    shops.open("one", Shop::default()).unwrap();
    std::thread::scope(|scope| {
        let waits = scope.spawn(|| shops.wait_for("one", "DONE", LONG));
        while !waits.is_finished() {
            std::thread::sleep(Duration::from_millis(20));
            if shops.names().len() == 1 {
                shops.close("one").unwrap();
            }
        }
        assert!(matches!(waits.join().unwrap(), Err(SessionError::Unknown { .. })));
    });
    shops.open("one", Shop::default()).unwrap();
    assert!(shops.wait_until_idle(LONG), "the name is free again");
}

#[test]
fn shutting_down_finishes_what_is_under_way_and_begins_nothing() {
    let (builder, outside) = shops();
    let shops = builder.workers(2).start().unwrap();
    outside.refuse(3);
    for name in ["one", "two"] {
        shops.open(name, Shop::default()).unwrap();
    }
    assert!(shops.wait_until_idle(LONG));
    shops.emit("one", "CMD_ASK").unwrap();
    shops.emit_with("one", "CMD_NOTE", json!({ "text": "later" })).unwrap();
    while outside.asked() == 0 {
        std::thread::yield_now();
    }
    assert!(shops.shut_down(LONG));
    assert_eq!((log(&shops, "one"), outside.asked()), (vec!["asked".to_owned()], 4), "the retries were made");
    assert_eq!(shops.engine("one").unwrap().bus().len(), 1, "what waits is left where it is");
    assert!(matches!(shops.emit("two", "CMD_END"), Err(SessionError::ShutDown)));
    assert!(matches!(shops.open("three", Shop::default()), Err(SessionError::ShutDown)));
    let position = serde_json::to_value(shops.position("one").unwrap()).unwrap();
    assert!(position.get("interrupted").is_none_or(serde_json::Value::is_null), "{position}");
}

#[test]
fn shutting_down_gives_up_on_what_never_ends() {
    let (builder, outside) = shops();
    let shops = builder.workers(1).start().unwrap();
    awaiting(&shops, &outside);
    assert!(!shops.shut_down(Duration::from_millis(30)));
    let position = shops.position("one").unwrap();
    let domain = shops.engine("one").unwrap().snapshot().unwrap().to_context();
    drop(shops);
    assert_eq!(outside.waiting(), 0);
    let (builder, _) = super::sessions_pool::shops();
    let shops = builder.stepped(1).start().unwrap();
    shops.restore("one", domain, &position).unwrap();
    shops.step_until_idle(100);
    assert_eq!((shops.states("one").unwrap(), log(&shops, "one")), (vec!["OPEN".to_owned()], vec!["a".to_owned()]));
}

#[test]
fn a_position_goes_on_in_another_pool_and_its_timers_with_it() {
    let clock = VirtualClock::new();
    let (builder, _) = shops();
    let shops = builder.stepped(1).clock(clock.clone()).start().unwrap();
    shops.open("one", Shop::default()).unwrap();
    shops.step_until_idle(100);
    clock.advance(Duration::from_secs(45));
    let (position, domain) = (shops.position("one").unwrap(), Shop::default());
    drop(shops);
    let (builder, _) = super::sessions_pool::shops();
    let shops = builder.stepped(2).clock(clock.clone()).start().unwrap();
    shops.restore("one", domain.clone(), &position).unwrap();
    shops.step_until_idle(100);
    assert_eq!(shops.next_due(), Some(clock.now() + Duration::from_secs(15)));
    assert!(matches!(shops.restore("one", domain.clone(), &position), Err(SessionError::Exists { .. })));
    let other = Shops::of_text(
        &shops.engine("one").unwrap(),
        "other.yaml",
        "{ name: other, states: { HERE: { final: true } } }",
    );
    let other = other.unwrap().stepped(1).start().unwrap();
    let refused = other.restore("one", domain, &position).unwrap_err();
    assert_eq!(refused.to_string(), "this is a position in the workflow `shop`, not in `other`");
    assert!(other.names().is_empty());
    shops.step_to_the_end(1_000);
    assert_eq!(shops.states("one").unwrap(), ["LATE"]);
}

/// A clock that is set back each time that it was looked at so often.
#[derive(Clone, Default)]
struct Set(Arc<Mutex<VecDeque<u64>>>);

impl Clock for Set {
    fn now(&self) -> SystemTime {
        let mut seconds = self.0.lock().unwrap();
        let now = if seconds.len() > 1 { seconds.pop_front() } else { seconds.front().copied() };
        SystemTime::UNIX_EPOCH + Duration::from_secs(now.unwrap_or_default())
    }
}

#[test]
fn an_alarm_rings_in_time_though_the_clock_goes_back() {
    let clock = Set::default();
    let (builder, _) = shops();
    let shops = builder.stepped(1).clock(clock.clone()).start().unwrap();
    shops.open("one", Shop::default()).unwrap();
    shops.step_until_idle(100);
    // The alarm rings, and when the session looks it is earlier.
    *clock.0.lock().unwrap() = [60, 59].into();
    shops.step_until_idle(100);
    assert_eq!(
        shops.states("one").unwrap(),
        ["LATE"],
        "sixty seconds have gone by, whatever the clock was set to since"
    );
}

#[test]
fn a_pool_that_is_dropped_is_gone_with_all_its_sessions_whoever_wakes_them_later() {
    for is_stepped in [false, true] {
        let (builder, outside) = shops();
        let shops = if is_stepped { builder.stepped(1) } else { builder.workers(2) }.start().unwrap();
        for name in ["awaits", "rests", "is closed"] {
            shops.open(name, Shop::default()).unwrap();
        }
        shops.emit("awaits", "CMD_WAIT").unwrap();
        shops.step_until_idle(usize::MAX);
        assert!(shops.wait_until_idle(LONG));
        let (closed, kept) = (shops.close("is closed").unwrap(), shops.engine("rests").unwrap());
        shops.open("waits for a worker", Shop::default()).unwrap();
        assert_eq!(outside.waiting(), 1);
        drop(shops);
        assert_eq!(outside.waiting(), 0);
        // Who held a waker of a session wakes nobody, and a run of one's own neither.
        outside.open();
        for engine in [&closed, &kept] {
            engine.run(Ring {}).unwrap();
        }
        assert_eq!(outside.holders(), 2, "one engine has it, by two of its sessions");
        drop((closed, kept));
        assert_eq!(outside.holders(), 1);
    }
}
