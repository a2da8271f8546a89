//! Where in a trace an event was sent goes with it: through the store, and on in the program that handles it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use theus_core::prelude::*;
use theus_core::store::MemoryStore;
use theus_core::telemetry::{EventBegins, RunEnded, Telemetry, TraceContext};
use theus_core::workflow::{Sessions, VirtualClock, WorkflowManager};

#[derive(Clone, Default, Context)]
struct Door {
    opened: u64,
}

#[process(inputs = [domain.opened], outputs = [domain.opened])]
fn count(ctx: Ctx<Door>) {
    *ctx.domain.opened += 1;
}

#[derive(Debug, thiserror::Error)]
#[error("it sticks")]
struct Sticks;

#[process(inputs = [domain.opened], errors = [Sticks])]
fn pull(ctx: Ctx<Door>) -> Result<(), Sticks> {
    if *ctx.domain.opened < 100 { Err(Sticks) } else { Ok(()) }
}

const FLOW: &str = "
states:
  CLOSED: { events: { CMD_OPEN: OPEN } }
  OPEN: { entry: count, after: { 1h: STUCK } }
  STUCK: { entry: [ { run: pull, retry: { attempts: 2, backoff: 1h, longest: 1h } } ], events: { EVT_CHAIN_FAIL: CLOSED } }
";

/// In this program everything is at this place of that trace.
#[derive(Clone)]
struct At {
    place: Option<&'static str>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl At {
    fn new(place: Option<&'static str>) -> Self {
        Self { place, seen: Arc::default() }
    }
}

impl Telemetry for At {
    fn event_begins(&self, event: &EventBegins<'_>) -> tracing::Span {
        let name = event.event.map_or_else(|| event.cause.as_str().to_owned(), |event| event.name.to_string());
        let trace =
            event.trace.map_or_else(|| "-".to_owned(), |trace| format!("{trace} {}", trace.state().unwrap_or("-")));
        self.seen.lock().unwrap().push(format!("{name} {trace}"));
        event.span()
    }

    fn run_ended(&self, run: &RunEnded<'_>) {
        self.seen.lock().unwrap().push(format!("{} {}", run.process, run.outcome));
    }

    fn here(&self) -> Option<TraceContext> {
        Some(self.place?.parse::<TraceContext>().unwrap().with_state("vendor=1"))
    }
}

fn engine(store: &MemoryStore, telemetry: &At) -> Engine<Door> {
    let builder = Engine::builder(Door::default()).process::<Count>().process::<Pull>();
    builder.store(store.clone()).telemetry(telemetry.clone()).build().unwrap()
}

const FIRST: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[test]
fn an_event_that_waits_in_a_store_is_in_its_trace_in_the_next_program() {
    let store = MemoryStore::new();
    let sent = At::new(Some(FIRST));
    let doors = Sessions::of_text(&engine(&store, &sent), "door.yaml", FLOW).unwrap().stepped(1).start().unwrap();
    doors.open_or_go_on("a", Door::default).unwrap();
    doors.emit("a", "CMD_OPEN").unwrap();
    drop(doors);
    assert!(sent.seen.lock().unwrap().is_empty(), "it waits");

    let handled = At::new(None);
    let doors = Sessions::of_text(&engine(&store, &handled), "door.yaml", FLOW).unwrap().stepped(1).start().unwrap();
    doors.step_until_idle(100);
    assert_eq!(doors.states("a").unwrap(), ["OPEN"]);
    let seen = handled.seen.lock().unwrap().clone();
    assert_eq!(seen, ["start -".to_owned(), format!("CMD_OPEN {FIRST} vendor=1"), "count committed".to_owned()]);
}

#[test]
fn what_time_brings_has_no_trace_and_what_was_under_way_is_told_anew() {
    let store = MemoryStore::new();
    let (first, second) = (At::new(None), At::new(None));
    let clock = VirtualClock::default();
    {
        let clock = clock.clone();
        let engine = engine(&store, &first).hydrate_or("a", Door::default).unwrap();
        let mut door = WorkflowManager::from_text(&engine, "door.yaml", FLOW).unwrap().clock(clock).hydrate().unwrap();
        door.emit("CMD_OPEN").unwrap();
        door.run_until_idle().unwrap();
        // It sticks, and is to be tried again.
        door.run_for(Duration::from_secs(3600 + 60)).unwrap();
    }
    let seen = first.seen.lock().unwrap().clone();
    assert_eq!(seen, ["start -", "CMD_OPEN -", "count committed", "timer -", "pull failed"]);

    let engine = engine(&store, &second).hydrate("a").unwrap().unwrap();
    let mut door = WorkflowManager::from_text(&engine, "door.yaml", FLOW).unwrap().clock(clock).hydrate().unwrap();
    door.run_for(Duration::from_secs(3 * 3600)).unwrap();
    let seen = second.seen.lock().unwrap().clone();
    assert_eq!(seen, ["restart -", "pull failed", "EVT_CHAIN_FAIL -"]);
}

#[test]
fn a_run_under_a_key_is_told_once_and_its_answer_of_then_is_no_run() {
    let (store, telemetry) = (MemoryStore::new(), At::new(None));
    let door = engine(&store, &telemetry).hydrate_or("a", Door::default).unwrap();
    for _ in 0..2 {
        door.run_once("monday", Count {}).unwrap();
    }
    assert_eq!(*door.snapshot().unwrap().opened, 1);
    let seen = telemetry.seen.lock().unwrap().clone();
    assert_eq!(seen.iter().filter(|line| *line == "count committed").count(), seen.len());
    assert_eq!(seen.len(), 1, "{seen:?}");
}
