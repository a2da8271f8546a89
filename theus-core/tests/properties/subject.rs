//! The real engine, as the properties drive it.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use theus_core::process::Process;
use theus_core::{Engine, Locking, Report, Snapshot};

use crate::executor::block_on;
use crate::programs::{
    Answer, Bump, Call, Deliver, Drift, Gather, Glance, Ledger, Limits, Look, Ports, Post, Ring, RuleSpec, Scribe,
    Shelve, Stamp, Tanks, Trace, World, recipe_text,
};
use crate::reference::{Declared, Failure, Ran, Record, Reference};

pub(super) type App = Engine<World, Limits, Ports>;

pub(super) const LIMITS: Limits = Limits { step: 3 };

/// When the time of the clock begins.
const BEGINNING: SystemTime = SystemTime::UNIX_EPOCH;

/// An engine with all processes, and the book that its effects write to.
pub(super) fn engine(
    world: &World,
    rules: &[RuleSpec],
    capacity: usize,
    locking: Locking,
    attempts: u32,
) -> (App, Ledger) {
    engine_at(world, rules, capacity, (locking, attempts), &Arc::default())
}

/// The same, with a clock that stands so many seconds after the beginning of its time.
pub(super) fn engine_at(
    world: &World,
    rules: &[RuleSpec],
    capacity: usize,
    (locking, attempts): (Locking, u32),
    clock: &Arc<AtomicI64>,
) -> (App, Ledger) {
    let clock = Arc::clone(clock);
    let now = move || BEGINNING + Duration::from_secs(clock.load(Ordering::Relaxed).unsigned_abs());
    let ports = Ports::default();
    let ledger = ports.ledger.clone();
    let mut builder = Engine::builder(world.clone())
        .global(LIMITS)
        .clock(now)
        .effects(ports)
        .process::<Look>()
        .process::<Stamp>()
        .process::<Bump>()
        .process::<Gather>()
        .process::<Tanks>()
        .process::<Ring>()
        .process::<Answer>()
        .process::<Trace>()
        .process::<Scribe>()
        .process::<Shelve>()
        .process::<Post>()
        .process::<Glance>()
        .process::<Drift>()
        .process::<Deliver>()
        .locking(locking)
        .attempts(attempts)
        .signal_capacity(capacity);
    if let Some(text) = recipe_text(rules) {
        builder = builder.recipe("random.yaml", &text).expect("it is YAML");
    }
    let engine = builder.build().unwrap_or_else(|error| panic!("the recipe fits: {error}"));
    (engine, ledger)
}

fn ran<P: Process<Output = i64, Error: Declared + Debug>>(report: Report<P>) -> Ran {
    Ran {
        result: report.result.map_err(|error| Failure::of(&error)),
        violations: report.violations.iter().map(Record::of_violation).collect(),
        version: report.version,
    }
}

/// Runs a call of any kind, on this thread.
pub(super) fn run(engine: &App, call: &Call) -> Ran {
    match call.clone() {
        Call::Look(command) => ran(engine.run_reported(command)),
        Call::Stamp(command) => ran(engine.run_reported(command)),
        Call::Bump(command) => ran(engine.run_reported(command)),
        Call::Gather(command) => ran(engine.run_reported(command)),
        Call::Tanks(command) => ran(engine.run_reported(command)),
        Call::Ring(command) => ran(engine.run_reported(command)),
        Call::Answer(command) => ran(engine.run_reported(command)),
        Call::Trace(command) => ran(engine.run_reported(command)),
        Call::Scribe(command) => ran(engine.run_reported(command)),
        Call::Shelve(command) => ran(engine.run_reported(command)),
        Call::Post(command) => ran(engine.run_reported(command)),
        call => block_on(run_async(engine, call)),
    }
}

/// Runs a call of an `async` process.
pub(super) async fn run_async(engine: &App, call: Call) -> Ran {
    match call {
        Call::Glance(command) => ran(engine.run_async_reported(command).await),
        Call::Drift(command) => ran(engine.run_async_reported(command).await),
        Call::Deliver(command) => ran(engine.run_async_reported(command).await),
        other => panic!("{other:?} is not async"),
    }
}

/// The snapshot is what the reference has: every field of every zone, the version of each, and that of the whole.
pub(super) fn assert_same_state(snapshot: &Snapshot<World>, reference: &Reference) {
    assert_eq!(snapshot.to_context(), reference.world());
    assert_eq!(snapshot.version(), reference.version());
    let versions = [
        ("count", snapshot.count.version()),
        ("flag", snapshot.flag.version()),
        ("limit", snapshot.limit.version()),
        ("name", snapshot.name.version()),
        ("items", snapshot.items.version()),
        ("table", snapshot.table.version()),
        ("shelf", snapshot.shelf.version()),
        ("tank.level", snapshot.tank.level.version()),
        ("tank.label", snapshot.tank.label.version()),
        ("tank.sig_spill", snapshot.tank.sig_spill.version()),
        ("sig_alarm", snapshot.sig_alarm.version()),
        ("cmd_move", snapshot.cmd_move.version()),
        ("sig_note", snapshot.sig_note.version()),
        ("meta_trace", snapshot.meta_trace.version()),
        ("meta_runs", snapshot.meta_runs.version()),
    ];
    for (field, version) in versions {
        assert_eq!(version, reference.written(field), "version of {field}");
    }
}
