//! Rules that ask what time it is: one moment for both gates of an attempt, and none where no rule asks.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use theus_core::audit::{AuditRecord, Would};
use theus_core::prelude::*;

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Probe {
    value: i64,
    other: i64,
    calibrated: Option<SystemTime>,
}

thread_local! {
    /// What happens, on another thread, while the body is under way for the first time.
    static MEANWHILE: RefCell<Option<Box<dyn FnOnce() + Send>>> = const { RefCell::new(None) };
    static BODIES: Cell<u32> = const { Cell::new(0) };
}

#[process(inputs = [domain.other], outputs = [domain.value])]
fn measure(ctx: Ctx<Probe>, value: i64) {
    ctx.domain.value.set(value + *ctx.domain.other);
    body();
}

fn body() {
    BODIES.set(BODIES.get() + 1);
    if let Some(happens) = MEANWHILE.take() {
        std::thread::spawn(happens).join().unwrap();
    }
}

#[process(outputs = [domain.other])]
fn disturb(ctx: Ctx<Probe>, other: i64) {
    ctx.domain.other.set(other);
}

#[process(outputs = [domain.calibrated])]
fn calibrate(ctx: Ctx<Probe>, at: SystemTime) {
    ctx.domain.calibrated.set(Some(at));
}

/// A clock that shows a second more each time it is looked at, and says how often that was.
#[derive(Clone, Default)]
struct Ticking(Arc<AtomicU64>);

impl Ticking {
    fn clock(&self) -> impl Fn() -> SystemTime + Send + Sync + 'static {
        let looked = Arc::clone(&self.0);
        move || at(looked.fetch_add(1, Ordering::Relaxed))
    }

    fn looks(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn probe(recipe: &str, locking: Locking) -> (Engine<Probe>, Ticking) {
    let ticking = Ticking::default();
    let builder = Engine::builder(Probe::default()).process::<Measure>().process::<Disturb>().process::<Calibrate>();
    let engine = builder.locking(locking).clock(ticking.clock()).recipe("probe.yaml", recipe).unwrap().build().unwrap();
    // What was said while it was built.
    ticking.0.store(0, Ordering::Relaxed);
    (engine, ticking)
}

fn told(engine: &Engine<Probe>) -> Vec<String> {
    let records = engine.audit_records();
    records.iter().filter_map(AuditRecord::violation).map(|violation| violation.value.to_string()).collect()
}

const BOTH_GATES: &str = "
process_recipes:
  measure:
    inputs: [ { that: \"now > timestamp('1970-01-01T00:00:00Z') && value > 0\", level: C } ]
    outputs: [ { that: \"now > timestamp('1970-01-01T00:00:00Z') && domain.value > 0\", level: C } ]
";

#[test]
fn both_gates_of_an_attempt_see_one_moment() {
    for locking in [Locking::Pessimistic, Locking::Optimistic] {
        let (engine, ticking) = probe(BOTH_GATES, locking);
        engine.run(Measure { value: 1 }).unwrap();
        let found = told(&engine);
        // The first look shows 1970-01-01T00:00:00Z.
        assert_eq!(
            found,
            ["now = 1970-01-01T00:00:00Z, value = 1", "now = 1970-01-01T00:00:00Z, domain.value = 1"],
            "{locking:?}"
        );
        ticking.0.store(7, Ordering::Relaxed);
        engine.run(Measure { value: 1 }).unwrap();
        assert_eq!(ticking.looks(), 8, "one look, for two rules at two gates: {locking:?}");
    }
}

#[test]
fn a_run_that_is_tried_again_goes_by_the_time_of_its_attempt() {
    let recipe = "
process_recipes:
  measure:
    inputs: [ { that: \"now >= timestamp('1970-01-01T00:00:05Z') || value < 0\", level: C } ]
    outputs: [ { that: \"now >= timestamp('1970-01-01T00:00:05Z') && domain.value < 0\", level: C } ]
";
    let (engine, ticking) = probe(recipe, Locking::Optimistic);
    let (other, clock) = (engine.clone(), ticking.clone());
    BODIES.set(0);
    MEANWHILE.set(Some(Box::new(move || {
        other.run(Disturb { other: 10 }).unwrap();
        clock.0.store(6, Ordering::Relaxed);
    })));
    engine.run(Measure { value: 1 }).unwrap();
    assert_eq!(BODIES.get(), 2);
    assert_eq!(told(&engine), ["now = 1970-01-01T00:00:06Z, domain.value = 11"], "the input gate passes by then");
}

#[test]
fn a_rule_that_does_not_ask_costs_no_look_at_the_clock() {
    let recipe = "
process_recipes:
  measure: { outputs: [ { that: 'domain.value < 100', level: C }, { field: domain.value, max: 100, level: C } ] }
  disturb: { outputs: [ { field: domain.other, max: 5, when: \"now.getHours('UTC') < 12\", level: C } ] }
";
    let (engine, ticking) = probe(recipe, Locking::Pessimistic);
    engine.run(Measure { value: 1 }).unwrap();
    assert_eq!(ticking.looks(), 0);
    engine.run(Disturb { other: 1 }).unwrap();
    assert_eq!(ticking.looks(), 1);
}

#[test]
fn an_hour_of_the_day_and_an_age_decide() {
    let recipe = "
process_recipes:
  disturb: { inputs: [ { field: other, max: 5, when: \"now.getHours('UTC') >= 22 || now.getHours('UTC') < 6\", level: B } ] }
  measure: { inputs: [ { that: \"domain.calibrated != null && now - domain.calibrated <= duration('90d')\", level: B } ] }
";
    let (engine, ticking) = probe(recipe, Locking::Pessimistic);
    let clock = |seconds| ticking.0.store(seconds, Ordering::Relaxed);
    let day = 24 * 3_600;
    clock(12 * 3_600);
    engine.run(Disturb { other: 9 }).unwrap();
    clock(22 * 3_600);
    engine.run(Disturb { other: 9 }).unwrap_err();
    engine.run(Disturb { other: 5 }).unwrap();

    engine.run(Measure { value: 1 }).unwrap_err();
    engine.run(Calibrate { at: at(day) }).unwrap();
    clock(91 * day);
    engine.run(Measure { value: 1 }).unwrap();
    clock(91 * day + 1);
    engine.run(Measure { value: 2 }).unwrap_err();
    let last = told(&engine).pop().unwrap();
    assert_eq!(last, "domain.calibrated = 1970-01-02T00:00:00Z, now = 1970-04-02T00:00:01Z");
    clock(91 * day);
    let explained = engine.explain(&Measure { value: 2 }).unwrap();
    assert_eq!(explained.rules[0].would, Would::Pass);
    assert_eq!(&*explained.rules[0].path, "domain.calibrated, now");
    clock(92 * day);
    assert!(matches!(engine.explain(&Measure { value: 2 }).unwrap().rules[0].would, Would::Violate(_)));
}
