//! Full buses, urgent events, observers.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use serde_json::json;

use super::refusing::{drain, event};
use crate::signal::*;

fn names(bus: &SignalBus) -> Vec<String> {
    drain(bus).iter().map(|event| event.name.to_string()).collect()
}

fn dropping(capacity: usize) -> SignalBus {
    SignalBus::with(BusOptions::new(capacity).overflow(Overflow::DropOldest).urgent(["CMD_STOP"]).unwrap())
}

#[test]
fn urgent_events_overtake_and_keep_their_order() {
    let bus = SignalBus::with(BusOptions::new(9).urgent(["CMD_STOP", "SIG_FIRE"]).unwrap());
    bus.emit("CMD_A").unwrap();
    bus.publish([event("sig_b", 1), event("sig_fire", 1), event("cmd_stop", 1)]).unwrap();
    bus.emit_urgent("CMD_C").unwrap();
    bus.emit("CMD_D").unwrap();
    assert_eq!(names(&bus), ["EVT_FIRE", "CMD_STOP", "CMD_C", "CMD_A", "EVT_B", "CMD_D"]);
    assert!(BusOptions::new(1).urgent(["stop"]).is_err());
}

#[test]
fn an_urgent_event_is_refused_like_any_other_where_nothing_makes_room() {
    let bus = SignalBus::new(1);
    bus.emit("CMD_A").unwrap();
    assert!(bus.emit_urgent("CMD_STOP").is_err());
    assert_eq!((bus.stats().emitted, bus.stats().refused, bus.stats().dropped), (1, 1, 0));
    assert!(bus.publish([event("sig_a", 1), event("sig_b", 1)]).is_err());
    assert_eq!(bus.stats().refused, 3, "each event counts");
}

#[test]
fn the_oldest_makes_room_and_is_told() {
    let bus = dropping(2);
    let observer = bus.subscribe(19);
    for name in ["CMD_A", "CMD_B", "CMD_C"] {
        bus.emit(name).unwrap();
    }
    bus.publish([event("sig_d", 1), event("sig_e", 1), event("sig_f", 1)]).unwrap();
    assert_eq!(bus.stats().dropped, 4);
    let item: Vec<_> = std::iter::from_fn(|| observer.try_next())
        .map(|item| match item {
            Item::Event(event) => event.name.to_string(),
            Item::Dropped(event) => format!("-{}", event.name),
            Item::Lost(lost) => panic!("{lost} lost"),
        })
        .collect();
    assert_eq!(item, ["CMD_A", "CMD_B", "-CMD_A", "CMD_C", "-CMD_B", "EVT_D", "-CMD_C", "EVT_E", "-EVT_D", "EVT_F"]);
    assert_eq!(bus.take_dropped(), [event("sig_d", 1).origin], "whose signal is still to be put to rest");
    assert!(bus.take_dropped().is_empty());
    assert_eq!(names(&bus), ["EVT_E", "EVT_F"]);
}

#[test]
fn an_urgent_event_never_makes_room_for_one_that_is_not() {
    let bus = dropping(2);
    bus.emit("CMD_A").unwrap();
    bus.emit("CMD_STOP").unwrap();
    bus.emit("CMD_STOP").unwrap();
    assert_eq!(bus.stats().dropped, 1, "the one that was not urgent");
    let observer = bus.subscribe(9);
    bus.emit("CMD_B").unwrap();
    assert_eq!(bus.stats().dropped, 2);
    let item = observer.try_next();
    assert!(matches!(&item, Some(Item::Dropped(event)) if event.name.to_string() == "CMD_B"), "the new one: {item:?}");
    bus.emit_urgent("CMD_C").unwrap();
    assert_eq!(names(&bus), ["CMD_STOP", "CMD_C"], "an urgent one makes room for an urgent one");
    assert_eq!((bus.stats().emitted, bus.stats().dropped), (5, 3));
    let stopped = dropping(2);
    for name in ["CMD_STOP", "CMD_STOP", "CMD_B"] {
        stopped.emit(name).unwrap();
    }
    assert_eq!(names(&stopped), ["CMD_STOP", "CMD_STOP"]);
    let none = dropping(0);
    none.emit_urgent("CMD_A").unwrap();
    assert_eq!((none.len(), none.stats().dropped), (0, 1));
}

#[test]
fn what_is_emitted_with_an_event_comes_with_it() {
    let bus = SignalBus::new(3);
    bus.emit_with("CMD_PAY", json!({ "amount": 5 })).unwrap();
    bus.emit("CMD_GO").unwrap();
    let events = drain(&bus);
    assert_eq!(events[0].payload.as_ref().map(|payload| payload["amount"].clone()), Some(json!(5)));
    assert_eq!(
        serde_json::to_value(&events).unwrap(),
        json!([
            { "name": "CMD_PAY", "origin": "external", "payload": { "amount": 5 } },
            { "name": "CMD_GO", "origin": "external" },
        ])
    );
}

#[test]
fn a_slow_observer_is_told_how_much_it_missed_and_holds_nobody_up() {
    let bus = SignalBus::new(9);
    let (slow, quick) = (bus.subscribe(2), bus.subscribe(9));
    for name in ["CMD_A", "CMD_B", "CMD_C", "CMD_D"] {
        bus.emit(name).unwrap();
    }
    let name = |item| match item {
        Some(Item::Event::<Event>(event)) => event.name.to_string(),
        other => format!("{other:?}"),
    };
    assert_eq!(slow.try_next(), Some(Item::Lost(2)));
    assert_eq!([name(slow.try_next()), name(slow.try_next()), name(slow.try_next())], ["CMD_C", "CMD_D", "None"]);
    assert_eq!(name(quick.next_timeout(Duration::ZERO)), "CMD_A");
    drop(quick);
    bus.emit("CMD_E").unwrap();
    assert_eq!(bus.len(), 5, "observers take nothing away");
    drop(bus);
    assert_eq!(name(slow.next_timeout(Duration::MAX)), "CMD_E");
    assert_eq!(slow.next_timeout(Duration::MAX), None, "the bus is gone");
}

#[test]
fn each_of_several_urgent_events_is_taken_before_the_others() {
    let bus = SignalBus::with(BusOptions::new(9).urgent(["CMD_STOP"]).unwrap());
    bus.emit("CMD_A").unwrap();
    for _ in 0..3 {
        bus.emit("CMD_STOP").unwrap();
    }
    let urgent = || bus.try_next_urgent().map(|event| event.name.to_string());
    assert_eq!(
        [urgent(), urgent(), urgent(), urgent()],
        [Some("CMD_STOP"), Some("CMD_STOP"), Some("CMD_STOP"), None].map(|it| it.map(str::to_owned))
    );
    assert_eq!(names(&bus), ["CMD_A"]);
}
