//! A clock is user code too: where it panics, nothing is torn, lost, or held.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use theus_core::audit::SinkOptions;
use theus_core::prelude::*;

use crate::oven::{Breakable, Heat, Oven, at_most, builder, kinds};

#[derive(Debug, thiserror::Error)]
#[error("the oven is out of order")]
struct OutOfOrder;

/// Writes, raises nothing, and fails.
#[process(outputs = [domain.temperature], errors = [OutOfOrder])]
fn break_down(ctx: Ctx<Oven>, to: f64) -> Result<(), OutOfOrder> {
    ctx.domain.temperature.set(to);
    if to > 0.0 { Err(OutOfOrder) } else { Ok(()) }
}

/// Whether the clock panics, in the hands of a test.
#[derive(Clone, Default)]
struct Broken(Arc<AtomicBool>);

impl Broken {
    fn clock(&self) -> impl Fn() -> SystemTime + Send + Sync + 'static {
        let broken = Arc::clone(&self.0);
        move || {
            assert!(!broken.load(Ordering::SeqCst), "the clock has stopped");
            SystemTime::UNIX_EPOCH + Duration::from_secs(7)
        }
    }
    fn set(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
    fn mend(&self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

const WAYS: [Locking; 2] = [Locking::Pessimistic, Locking::Optimistic];

/// From another thread, which no mark of this one lets through: nobody holds anything.
fn goes_on(engine: &Engine<Oven>) {
    let engine = engine.clone();
    let ran =
        std::thread::spawn(move || (engine.run(Heat { to: 1.0 }).is_ok(), *engine.snapshot().unwrap().temperature));
    assert_eq!(ran.join().unwrap(), (true, 1.0));
}

#[test]
fn what_a_gate_finds_is_on_record_and_acts_though_the_clock_panics() {
    for locking in WAYS {
        for gate in ["inputs: [ { field: to", "outputs: [ { field: domain.temperature"] {
            let recipe = format!("process_recipes: {{ heat: {{ {gate}, max: 90, level: B, max_threshold: 2 }} ] }} }}");
            let clock = Broken::default();
            let engine = builder(&recipe).locking(locking).clock(clock.clock()).build().unwrap();
            clock.set();
            assert!(engine.run(Heat { to: 95.0 }).is_ok(), "below the threshold");
            let refused = engine.run(Heat { to: 96.0 });
            assert!(matches!(refused, Err(RunError::Blocked(_))), "{refused:?}");
            assert_eq!(*engine.snapshot().unwrap().temperature, 95.0, "rolled back");
            assert_eq!(kinds(&engine.audit_records()), ["recipe_loaded", "violation", "violation"]);
            assert!(engine.ledger().verify().is_ok());
            goes_on(&engine);
        }
    }
}

#[test]
fn a_roll_back_is_total_though_the_clock_panics_in_it() {
    for locking in WAYS {
        let recipe = "process_recipes: { break_down: { inputs: [ { field: to, max: 90, level: C } ] } }";
        let clock = Broken::default();
        let engine = builder(recipe).process::<BreakDown>().locking(locking).clock(clock.clock()).build().unwrap();
        clock.set();
        let report = engine.run_reported(BreakDown { to: 95.0 });
        assert!(matches!(report.result, Err(RunError::Process(OutOfOrder))), "{:?}", report.result);
        assert_eq!(report.violations.len(), 1, "counted, whatever became of the run");
        assert_eq!((*engine.snapshot().unwrap().temperature, engine.snapshot().unwrap().version()), (0.0, 0));
        goes_on(&engine);
    }
}

#[test]
fn level_s_stops_the_engine_and_a_reset_lets_it_go_on_though_the_clock_panics() {
    let clock = Broken::default();
    let engine = builder(&at_most("max: 90, level: S")).clock(clock.clock()).build().unwrap();
    clock.set();
    let before = SystemTime::now();
    assert!(matches!(engine.run(Heat { to: 95.0 }), Err(RunError::Interlocked(_))));
    assert!(engine.interlock().unwrap().since >= before, "dated by the system's clock");
    assert!(matches!(engine.run(Heat { to: 20.0 }), Err(RunError::Halted(_))));
    engine.reset_interlock("R. Lee", "checked").unwrap();
    assert_eq!(kinds(&engine.audit_records()), ["recipe_loaded", "violation", "interlock", "interlock_reset"]);
    clock.mend();
    assert!(engine.run(Heat { to: 95.0 }).is_err());
    let dated = engine.audit_records().pop().unwrap().time;
    assert_eq!(dated, SystemTime::UNIX_EPOCH + Duration::from_secs(7), "its own clock again");
}

#[test]
fn a_sink_that_fails_is_on_record_though_the_clock_panics() {
    let (clock, sink) = (Broken::default(), Breakable::default());
    let built = builder(&at_most("max: 90, level: C")).sink(sink.clone(), SinkOptions::new());
    let engine = built.clock(clock.clock()).build().unwrap();
    clock.set();
    sink.set_broken(true);
    assert!(engine.run(Heat { to: 95.0 }).is_ok());
    assert_eq!(kinds(&engine.audit_records()), ["recipe_loaded", "violation", "sink_failure"]);
    sink.set_broken(false);
    assert!(engine.run(Heat { to: 95.0 }).is_ok());
    assert_eq!(sink.taken(), 4);
    goes_on(&engine);
}

#[test]
fn an_engine_is_built_and_its_recipe_changed_though_the_clock_panics() {
    let clock = Broken::default();
    clock.set();
    let engine = builder(&at_most("max: 90")).clock(clock.clock()).build().unwrap();
    engine.reload_recipe("looser.yaml", &at_most("max: 99")).unwrap();
    assert!(engine.run(Heat { to: 95.0 }).is_ok());
    assert_eq!(kinds(&engine.audit_records()), ["recipe_loaded", "recipe_changed"]);
    goes_on(&engine);
}
