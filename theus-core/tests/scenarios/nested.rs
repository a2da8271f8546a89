//! A run from inside a run is an error, not a deadlock.

use std::sync::{Arc, Mutex};

use theus_core::prelude::*;

use super::LOCKINGS;
use super::plant::{
    App, Builder, End, Fill, Measure, MeasureSlowly, Plant, PlantEngine, Pump, PumpOut, PumpOutSlowly, built, engine,
};
use crate::executor::{Task, block_on, pause};

/// What everything that can be asked of an engine from inside a body says.
fn asked(engine: &PlantEngine) -> Vec<&'static str> {
    fn word<T, E: std::fmt::Debug>(result: Result<T, RunError<E>>) -> &'static str {
        match result {
            Ok(_) => "done",
            Err(RunError::Nested { process }) => process,
            Err(other) => panic!("{other:?}"),
        }
    }
    vec![
        word(engine.run(Fill { litres: 100 })),
        word(engine.run(Measure {})),
        word(engine.run_reported(PumpOut { litres: 100, end: End::Well }).result),
        word(block_on(engine.run_async(MeasureSlowly {}))),
        word(block_on(engine.run_async(PumpOutSlowly { litres: 100, end: End::Well }))),
        word(engine.next_event()),
        word(engine.snapshot()),
        word(engine.try_snapshot()),
        word(engine.explain(&Fill { litres: 100 })),
        word(engine.within(std::time::Duration::from_secs(1)).snapshot()),
        // Another session of the same engine: two threads could want each other's.
        word(engine.open("other", Plant::default()).run(Measure {})),
        word(engine.open("other", Plant::default()).snapshot()),
    ]
}

const REFUSED: [&str; 12] = [
    "fill",
    "measure",
    "pump_out",
    "measure_slowly",
    "pump_out_slowly",
    "next_event",
    "snapshot",
    "try_snapshot",
    "fill",
    "snapshot",
    "measure",
    "snapshot",
];

/// What a body is answered when the pump asks the engine that runs it.
fn answers(engine: &PlantEngine, pump: &Pump) -> Arc<Mutex<Vec<Vec<&'static str>>>> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let (inside, hears) = (engine.clone(), Arc::clone(&heard));
    pump.then(move || hears.lock().unwrap().push(asked(&inside)));
    heard
}

#[test]
fn inside_a_body_that_holds_the_session_everything_is_refused() {
    for locking in LOCKINGS {
        let (engine, pump) = engine(locking);
        let heard = answers(&engine, &pump);
        assert_eq!(engine.run(PumpOut { litres: 1, end: End::Well }).unwrap(), 4);
        let heard = heard.lock().unwrap();
        assert_eq!(heard[0], REFUSED);
        assert_eq!(engine.run(Measure {}).unwrap(), 4, "nothing of what was refused was done");
    }
}

#[test]
fn inside_an_async_body_everything_is_refused() {
    for locking in LOCKINGS {
        let (engine, pump) = engine(locking);
        let heard = answers(&engine, &pump);
        assert_eq!(block_on(engine.run_async(PumpOutSlowly { litres: 1, end: End::Well })).unwrap(), 4);
        let heard = heard.lock().unwrap();
        assert_eq!(heard[0], REFUSED, "a body sees what its contract declares");
        assert_eq!(engine.run(Measure {}).unwrap(), 4);
    }
}

#[test]
fn inside_an_optimistic_body_everything_is_refused() {
    // A pure process has no effects: its way out is a value of its context that asks when it is cloned.
    #[derive(Default)]
    struct Asks(Arc<std::sync::OnceLock<Box<dyn Fn() + Send + Sync>>>);
    impl Clone for Asks {
        fn clone(&self) -> Self {
            if let Some(ask) = self.0.get() {
                ask();
            }
            Self(Arc::clone(&self.0))
        }
    }
    #[derive(Clone, Default, Context)]
    struct Curious {
        asks: Asks,
        count: i64,
    }
    #[process(inputs = [domain.asks, domain.count], outputs = [domain.asks, domain.count])]
    fn ask(ctx: Ctx<Curious>) {
        *ctx.domain.count += 1;
        let _ = &mut *ctx.domain.asks;
    }
    for locking in [Locking::Optimistic, Locking::Pessimistic] {
        let curious = Curious::default();
        let hook = Arc::clone(&curious.asks.0);
        let engine = Engine::builder(curious).process::<Ask>().locking(locking).build().unwrap();
        let inside = engine.clone();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hears = Arc::clone(&heard);
        let set = hook.set(Box::new(move || {
            let nested = matches!(inside.run(Ask {}), Err(RunError::Nested { process: "ask" }));
            let event = matches!(inside.next_event(), Err(RunError::Nested { process: "next_event" }));
            hears.lock().unwrap().push((nested, event, inside.snapshot().is_ok()));
        }));
        assert!(set.is_ok());
        engine.run(Ask {}).unwrap();
        assert_eq!(*heard.lock().unwrap(), [(true, true, false)]);
        assert_eq!(*engine.snapshot().unwrap().count, 1);
    }
}

/// Asks the engine when it goes: a body that is dropped half-way still runs its destructors.
struct Parting(Pump);

impl Drop for Parting {
    fn drop(&mut self) {
        self.0.push(0);
    }
}

#[process(inputs = [domain.level], effects = [pump])]
async fn part(ctx: App) -> i64 {
    let _parting = Parting(ctx.effects.pump.clone());
    pause().await;
    *ctx.domain.level
}

#[test]
fn inside_a_body_that_is_dropped_half_way_everything_is_refused() {
    for locking in LOCKINGS {
        let (engine, pump) = built(locking, Builder::process::<Part>);
        let heard = answers(&engine, &pump);
        let mut task = Task::new(engine.run_async(Part {}));
        assert!(task.poll().is_pending());
        drop(task);
        assert_eq!(block_on(engine.run_async(Part {})).unwrap(), 5);
        let heard = heard.lock().unwrap();
        assert_eq!(heard.len(), 2, "once given up, once well");
        assert!(heard.iter().all(|heard| *heard == REFUSED), "{heard:?}");
        assert_eq!(engine.run(Measure {}).unwrap(), 5);
    }
}

#[test]
fn what_shows_no_state_can_be_asked_inside() {
    for locking in LOCKINGS {
        let (engine, pump) = engine(locking);
        let (inside, heard) = (engine.clone(), Arc::new(Mutex::new(Vec::new())));
        let hears = Arc::clone(&heard);
        pump.then(move || {
            let status = inside.status();
            let asked =
                (status.version, inside.interlock().is_none(), inside.audit_records().len(), inside.bus().len());
            hears.lock().unwrap().push(asked);
        });
        engine.run(PumpOut { litres: 1, end: End::Well }).unwrap();
        block_on(engine.run_async(PumpOutSlowly { litres: 1, end: End::Well })).unwrap();
        assert_eq!(*heard.lock().unwrap(), [(0, true, 0, 0), (1, true, 0, 0)]);
    }
}

#[test]
fn another_engine_may_run_inside() {
    for locking in LOCKINGS {
        let (outer, pump) = engine(locking);
        let (inner, _) = engine(locking);
        let other = inner.clone();
        pump.then(move || {
            other.run(Fill { litres: 1 }).unwrap();
        });
        outer.run(PumpOut { litres: 1, end: End::Well }).unwrap();
        block_on(outer.run_async(PumpOutSlowly { litres: 1, end: End::Well })).unwrap();
        assert_eq!((outer.run(Measure {}).unwrap(), inner.run(Measure {}).unwrap()), (3, 7));
    }
}
