//! The bus as it is where nothing else is said.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use crate::signal::*;

pub(super) fn event(field: &'static str, version: u64) -> Event {
    let origin = Origin::Signal { path: field, version, process: "p" };
    Event { name: EventName::from_signal_field(field), origin, payload: None, trace: None }
}

pub(super) fn drain(bus: &SignalBus) -> Vec<Event> {
    std::iter::from_fn(|| bus.try_next()).collect()
}

#[test]
fn events_come_out_as_they_went_in() {
    let bus = SignalBus::new(8);
    bus.publish([event("sig_a", 1), event("sig_b", 1)]).unwrap();
    bus.emit("CMD_C").unwrap();
    assert_eq!((bus.len(), bus.capacity(), bus.is_empty()), (3, 8, false));
    let out = drain(&bus.clone());
    assert_eq!(out[..2], [event("sig_a", 1), event("sig_b", 1)]);
    assert_eq!((out[2].name.to_string().as_str(), out[2].origin), ("CMD_C", Origin::External));
    assert!(bus.is_empty(), "a clone is the same bus");
}

#[test]
fn a_batch_that_does_not_fit_is_refused_whole() {
    let bus = SignalBus::new(3);
    bus.emit("CMD_A").unwrap();
    let batch = || [event("sig_a", 1), event("sig_b", 1), event("sig_c", 1)].into_iter();
    let mut committed = false;
    let refused = bus.publish_with(batch(), || committed = true).unwrap_err();
    assert_eq!(refused, BusFull { capacity: 3, waiting: 1, offered: 3 });
    assert!(!committed);
    assert_eq!(bus.len(), 1);
    assert_eq!(drain(&bus)[0].name.to_string(), "CMD_A");
    bus.publish_with(batch(), || committed = true).unwrap();
    assert!(committed && bus.len() == 3, "the same batch fits once there is room");
    assert_eq!(
        bus.emit("CMD_A").unwrap_err().to_string(),
        "the signal bus has no room: 3 of 3 places are taken, 1 wanted; \
         handle the waiting events first, or give the bus a larger capacity"
    );
    bus.publish(std::iter::empty()).unwrap();
}

#[test]
fn a_bus_without_places_refuses_every_event() {
    let bus = SignalBus::new(0);
    assert!(matches!(bus.emit("CMD_A"), Err(EmitError::Full(_))));
    assert!(bus.is_empty());
}

#[test]
fn a_name_without_form_or_of_the_runtime_is_refused() {
    let bus = SignalBus::new(1);
    assert!(matches!(bus.emit("start"), Err(EmitError::Name(_))));
    for name in ["EVT_CHAIN_DONE", "SIG_CHAIN_FAIL"] {
        assert!(matches!(bus.emit(name), Err(EmitError::Builtin(_))), "{name}");
    }
    assert!(bus.is_empty());
    bus.emit("CMD_CHAIN_DONE").unwrap();
}

#[test]
fn a_panic_half_way_leaves_nothing_and_the_bus_usable() {
    let bus = SignalBus::new(8);
    bus.emit("CMD_A").unwrap();
    let events = [1, 2, 3].into_iter().map(|n| if n == 3 { panic!("half-way") } else { event("sig_a", n) });
    assert!(catch_unwind(AssertUnwindSafe(|| bus.publish(events))).is_err());
    let commit = || panic!("commit");
    assert!(catch_unwind(AssertUnwindSafe(|| bus.publish_with(std::iter::once(event("sig_b", 1)), commit))).is_err());
    assert_eq!(drain(&bus).len(), 1);
}

#[test]
fn producers_side_by_side_lose_nothing_and_keep_their_order_and_their_batches() {
    const PRODUCERS: [&str; 4] = ["sig_a", "sig_b", "sig_c", "sig_d"];
    const EACH: u64 = 1_500;
    let bus = SignalBus::new(64);
    let out = thread::scope(|scope| {
        for field in PRODUCERS {
            let bus = bus.clone();
            scope.spawn(move || {
                for n in 0..EACH / 3 {
                    let batch = || [0, 1, 2].into_iter().map(|k| event(field, n * 3 + k));
                    while bus.publish(batch()).is_err() {
                        thread::yield_now();
                    }
                }
            });
        }
        let mut out = Vec::new();
        while out.len() < PRODUCERS.len() * EACH as usize {
            match bus.try_next() {
                Some(event) => out.push(event),
                None => thread::yield_now(),
            }
            assert!(bus.len() <= bus.capacity());
        }
        out
    });
    assert!(bus.is_empty());
    for field in PRODUCERS {
        let name = EventName::from_signal_field(field);
        let own: Vec<_> = out.iter().filter(|event| event.name == name).cloned().collect();
        assert_eq!(own, (0..EACH).map(|n| event(field, n)).collect::<Vec<_>>());
    }
    for batch in out.chunks(3) {
        assert!(batch.iter().all(|event| event.name == batch[0].name), "a batch was torn: {batch:?}");
    }
}
