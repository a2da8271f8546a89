//! Events that wait: rule 5.

use serde_json::{Value, json};

use super::super::desk::{Desk, Outcome, answers, event, fine, on, same};
use crate::signal::TraceContext;
use crate::store::{StoreError, StoredEvent, StoredOrigin, Write};

super::cases! {
    5 "events that are raised wait" wait
    5 "events that are taken are gone" taken
    5 "an event that is not there is taken without an error" taken_twice
    5 "events come in the order of their numbers" ordered
    5 "an event comes back as it was raised" as_raised
    5 "payloads of every kind come back" payloads
    5 "an event of a number that waits is a conflict" same_number
    5 "two events of one number in one write are a conflict" twice_in_one
    5 "a number that was taken is free again" free_again
    5 "an event that one write raises and takes is gone" raised_and_taken
    5 "a session with events is ready" ready
}

fn raise(desk: &Desk<'_>, events: Vec<StoredEvent>) -> Result<(), StoreError> {
    desk.write(Write { raised: events, ..on("a") })
}

fn take(desk: &Desk<'_>, numbers: &[u64]) -> Outcome {
    desk.beside(Write { taken: numbers.to_vec(), ..on("a") })
}

fn wait(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let mut write = desk.next("a", vec![])?;
    write.raised = vec![event(1), event(2)];
    desk.beside(write)?;
    fine("to raise", raise(desk, vec![event(3)]))?;
    same("the events", desk.load("a")?.events, vec![event(1), event(2), event(3)])
}

fn taken(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    fine("to raise", raise(desk, (1..=4).map(event).collect()))?;
    let mut write = desk.next("a", vec![])?;
    write.taken = vec![1, 3];
    desk.beside(write)?;
    same("the events", desk.events("a")?, vec![2, 4])?;
    take(desk, &[4, 2])?;
    same("the events then", desk.events("a")?, vec![])
}

fn taken_twice(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    fine("to raise", raise(desk, vec![event(1), event(2)]))?;
    take(desk, &[1, 1, 9, u64::MAX])?;
    take(desk, &[1])?;
    same("the events", desk.events("a")?, vec![2])
}

fn ordered(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    fine("to raise", raise(desk, vec![event(300), event(2)]))?;
    let urgent = StoredEvent { urgent: true, ..event(10) };
    let internal = StoredEvent { internal: true, ..event(9) };
    fine("to raise", raise(desk, vec![urgent, internal, event(1 << 40)]))?;
    same("the events", desk.events("a")?, vec![2, 9, 10, 300, 1 << 40])
}

fn as_raised(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let signal = StoredOrigin::Signal { path: "domain.sig_ä".to_owned(), process: "book \"it\"".to_owned() };
    let events: Vec<_> = (0..8_u64)
        .map(|kind| StoredEvent {
            number: kind,
            name: ["CMD_A", "", "ä \u{0} '"][(kind % 3) as usize].to_owned(),
            payload: (kind & 1 == 1).then(|| json!({ "kind": kind })),
            urgent: kind & 2 == 2,
            internal: kind & 4 == 4,
            origin: if kind < 3 { StoredOrigin::External } else { signal.clone() },
            came: (kind % 3 == 1).then_some(u64::MAX >> kind),
            trace: TraceContext::new(u128::MAX, kind / 2, 1).map(|trace| trace.with_state("vendor=\"1\"")),
        })
        .collect();
    fine("to raise", raise(desk, events.clone()))?;
    same("the events", desk.load("a")?.events, events)
}

fn payloads(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let values = [
        Some(Value::Null),
        None,
        Some(json!(u64::MAX)),
        Some(json!(i64::MIN)),
        Some(json!(0.1)),
        Some(json!(-0.0)),
        Some(json!(1e300)),
        Some(json!("ä \u{0} \" \\")),
        Some(json!([[], {}, [1, [2, [3]]], { "": { "a b": null } }])),
        Some(json!(false)),
    ];
    let events: Vec<_> = (1..).zip(values).map(|(number, payload)| StoredEvent { payload, ..event(number) }).collect();
    fine("to raise", raise(desk, events.clone()))?;
    same("the events", desk.load("a")?.events, events)
}

fn same_number(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    desk.begun("b", vec![])?;
    fine("to raise", raise(desk, vec![event(1)]))?;
    desk.beside(Write { raised: vec![event(1)], ..on("b") })?;
    let other = StoredEvent { name: "CMD_OTHER".to_owned(), ..event(1) };
    answers!("event 1 again", raise(desk, vec![event(2), other]), Err(StoreError::Conflict { .. }));
    same("the events", desk.load("a")?.events, vec![event(1)])
}

fn twice_in_one(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    answers!("event 1 twice", raise(desk, vec![event(1), event(1)]), Err(StoreError::Conflict { .. }));
    same("the events", desk.events("a")?, vec![])
}

fn free_again(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    fine("to raise", raise(desk, vec![event(1)]))?;
    take(desk, &[1])?;
    let again = StoredEvent { urgent: true, ..event(1) };
    fine("to raise it again", raise(desk, vec![again.clone()]))?;
    same("the events", desk.load("a")?.events, vec![again])
}

fn raised_and_taken(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    desk.beside(Write { raised: vec![event(1), event(2)], taken: vec![1], ..on("a") })?;
    same("the events", desk.events("a")?, vec![2])
}

fn ready(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let is_ready = || -> Result<bool, String> {
        let rows = fine("sessions", desk.store.sessions(None, 9))?;
        rows.first().map(|row| row.ready).ok_or_else(|| "sessions: expected one, found none".to_owned())
    };
    same("ready at first", is_ready()?, false)?;
    fine("to raise", raise(desk, vec![event(1)]))?;
    same("ready with an event", is_ready()?, true)?;
    take(desk, &[1])?;
    same("ready without", is_ready()?, false)?;
    let place = crate::store::Place { ready: true, ..super::state::place("A", 0) };
    desk.beside(Write { place: Some(place), ..on("a") })?;
    same("ready by its place", is_ready()?, true)
}
