//! Sagas on a store: whenever the program ends, what was committed is made good once, or stays.

use theus_core::prelude::*;
use theus_core::store::MemoryStore;
use theus_core::workflow::{Progress, Status, WorkflowManager};

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Trip {
    log: Vec<String>,
    booked: i64,
}

type App = Ctx<Trip>;
type Flow = WorkflowManager<Trip>;

#[process(inputs = [domain.booked, domain.log], outputs = [domain.booked, domain.log])]
fn book(ctx: App, n: i64) {
    *ctx.domain.booked += n;
    ctx.domain.log.push(n.to_string());
}

const FLOW: &str = "
external: [CMD_NEXT, CMD_CANCEL]
states:
  TRIP:
    saga: true
    invoke: { id: beside, steps: [{ run: book, with: { n: 16 }, compensate: { run: book, with: { n: -16 } } }] }
    states:
      HOTEL:
        entry: { run: book, with: { n: 1 }, compensate: { run: book, with: { n: -1 } } }
        events: { CMD_NEXT: { to: FLIGHT, steps: { run: book, with: { n: 2 }, compensate: { run: book, with: { n: -2 } } } } }
      FLIGHT:
        entry:
          - { parallel: [{ run: book, with: { n: 4 }, compensate: { run: book, with: { n: -4 } } }] }
        events: { CMD_NEXT: CAR }
      CAR:
        saga: true
        entry: { run: book, with: { n: 8 }, compensate: { run: book, with: { n: -8 } } }
        events: { CMD_NEXT: { to: BOOKED, undo: false } }
      BOOKED: { final: true }
    done: DONE
    events: { CMD_CANCEL: { to: CANCELLED, undo: true } }
  DONE: { entry: { run: book, with: { n: 100 } }, final: true }
  CANCELLED: { entry: { run: book, with: { n: 200 } }, final: true }
";

fn life(store: &MemoryStore) -> Flow {
    let engine = Engine::builder(Trip::default()).process::<Book>().store(store.clone()).build().unwrap();
    WorkflowManager::from_text(&engine, "trip.yaml", FLOW).unwrap().hydrate().unwrap()
}

/// Goes on by one thing; says what comes next where it waits. False where it is over.
fn goes_on(trip: &mut Flow, last: &str) -> bool {
    match trip.advance().unwrap() {
        Progress::Idle { .. } if trip.state() == "CAR" && last == "cancel" => trip.cancel("nobody travels"),
        Progress::Idle { .. } => trip.emit(if trip.state() == "CAR" { last } else { "CMD_NEXT" }).unwrap(),
        Progress::Over => return false,
        _ => {}
    }
    true
}

/// Runs to its end, in a new life after so many steps.
fn run(last: &str, steps: Option<usize>) -> (usize, String, Trip, Status) {
    let mut store = MemoryStore::new();
    let mut trip = life(&store);
    let mut count = 0;
    while goes_on(&mut trip, last) {
        count += 1;
        assert!(count < 500, "it goes on for ever");
        if Some(count) == steps {
            // The plug is pulled: what was not written is gone.
            let copy = store.copy();
            drop(trip);
            store = copy;
            trip = life(&store);
        }
    }
    let state = trip.engine().snapshot().unwrap().to_context();
    (count, trip.state().to_owned(), state, trip.status())
}

#[test]
fn it_comes_to_the_same_whenever_the_program_ends() {
    for (last, end, booked) in [("CMD_NEXT", "DONE", 131), ("CMD_CANCEL", "CANCELLED", 200), ("cancel", "CAR", 0)] {
        let (count, state, whole, status) = run(last, None);
        assert_eq!((state.as_str(), whole.booked), (end, booked), "{last}: {whole:?}");
        for steps in 1..count {
            let (_, state, trip, ended) = run(last, Some(steps));
            assert_eq!((state.as_str(), trip.booked, &ended), (end, booked, &status), "{last} {steps}: {trip:?}");
            let mut logs = [trip.log, whole.log.clone()];
            // Of what goes on side by side either may come first.
            logs.iter_mut().for_each(|log| log.sort());
            assert_eq!(logs[0], logs[1], "{last} {steps}");
        }
    }
}
