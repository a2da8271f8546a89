//! What time alone finds: runs that there were not, delays that are over, the end of a shelf; by whoever drives a session, or by a
//! look where nobody does.

use std::num::NonZeroU32;
use std::time::{Duration, SystemTime};

use theus_core::audit::{AlarmChange, AlarmState, AuditEvent};
use theus_core::prelude::*;
use theus_core::workflow::sessions::Sessions;
use theus_core::workflow::{Clock, VirtualClock, WorkflowError, WorkflowManager};

#[derive(Clone, Debug, Default, Context)]
struct Plant {
    heat: f64,
}

#[process(outputs = [domain.heat])]
fn record(ctx: Ctx<Plant>, heat: f64) {
    ctx.domain.heat.set(heat);
}

#[process]
fn idle(_ctx: Ctx<Plant>) {}

const FLOW: &str = "
external: [CMD_READ, CMD_HOT]
states:
  ON:
    events:
      CMD_READ: { steps: { run: record, with: { heat: 20.0 } } }
      CMD_HOT: { steps: { run: record, with: { heat: 500.0 } } }
";

const MISSING: &str = "process_recipes: { record: { outputs: [ { missing: 10m, level: C } ] } }";

fn engine(recipe: &str) -> (Engine<Plant>, VirtualClock) {
    let clock = VirtualClock::new();
    let time = clock.clone();
    let builder = Engine::builder(Plant::default()).process::<Record>().process::<Idle>().clock(move || time.now());
    (builder.recipe("plant.yaml", recipe).unwrap_or_else(|error| panic!("{error}")).build().unwrap(), clock)
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

/// When which violation was found, what it says and how many it was.
fn found(engine: &Engine<Plant>) -> Vec<(u64, String, u32)> {
    let records = engine.audit_records();
    let violations = records.iter().filter_map(|record| Some((record.time, record.violation()?)));
    violations.map(|(time, it)| (seconds(time), it.value.to_string(), it.count)).collect()
}

/// When which change of an alarm was put on record.
fn changes(engine: &Engine<Plant>) -> Vec<(u64, AlarmChange)> {
    let of = |record: &theus_core::audit::AuditRecord| match &record.event {
        AuditEvent::Alarm(event) => Some((seconds(record.time), event.change)),
        _ => None,
    };
    engine.audit_records().iter().filter_map(of).collect()
}

fn desk(engine: &Engine<Plant>, clock: &VirtualClock) -> WorkflowManager<Plant> {
    WorkflowManager::from_text(engine, "plant.yaml", FLOW).unwrap().clock(clock.clone())
}

#[test]
fn without_a_driver_a_look_finds_that_runs_are_missing() {
    let (engine, clock) = engine(MISSING);
    let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    assert_eq!(engine.alarms_due(), Some(at(600)), "it is waited for from the first look on");
    clock.advance(Duration::from_secs(100));
    engine.run(Record { heat: 1.0 }).unwrap();
    assert_eq!(engine.alarms_due(), Some(at(700)), "and from each run on");
    clock.advance(Duration::from_secs(599));
    engine.run(Idle {}).unwrap();
    engine.look_at_alarms();
    assert_eq!(found(&engine), []);
    clock.advance(Duration::from_secs(1));
    engine.look_at_alarms();
    engine.look_at_alarms();
    assert_eq!(found(&engine), [(700, "no run for 10m".to_owned(), 1)], "once");
    assert_eq!(engine.alarms_due(), Some(at(1_300)));
    clock.advance(Duration::from_secs(1_500));
    engine.look_at_alarms();
    assert_eq!(found(&engine).last(), Some(&(2_200, "no run for 35m".to_owned(), 1)), "one for all that is over");
    engine.run(Record { heat: 1.0 }).unwrap();
    assert_eq!(engine.alarms_due(), Some(at(2_800)));
    let (none, _) = self::engine("process_recipes: { record: { outputs: [ { field: domain.heat, max: 9 } ] } }");
    assert_eq!(none.alarms_due(), None);
}

#[test]
fn a_refused_run_is_none() {
    let recipe = "process_recipes: { record: { outputs: [ { missing: 10m, level: C }, { field: domain.heat, max: 100, level: B } ] } }";
    let (engine, clock) = engine(recipe);
    engine.run(Record { heat: 1.0 }).unwrap();
    clock.advance(Duration::from_secs(400));
    engine.run(Record { heat: 101.0 }).unwrap_err();
    clock.advance(Duration::from_secs(200));
    engine.look_at_alarms();
    assert_eq!(found(&engine).len(), 2);
}

#[test]
fn a_driver_that_waits_wakes_and_looks() {
    let (engine, clock) = engine(MISSING);
    let mut desk = desk(&engine, &clock);
    desk.emit("CMD_READ").unwrap();
    desk.run_for(Duration::from_secs(1_500)).unwrap();
    let expected = [(600, "no run for 10m".to_owned(), 1), (1_200, "no run for 20m".to_owned(), 1)];
    assert_eq!(found(&engine), expected);
    assert_eq!(clock.now(), SystemTime::UNIX_EPOCH + Duration::from_secs(1_500));
    // Nobody waits for that alone.
    assert!(matches!(desk.run_until_final(), Err(WorkflowError::Idle { .. })));
    assert_eq!(seconds(clock.now()), 1_500);
}

#[test]
fn a_task_that_waits_does_the_same() {
    let (engine, clock) = engine(MISSING);
    let mut desk = desk(&engine, &clock);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    desk.emit("CMD_READ").unwrap();
    runtime.block_on(desk.run_for_async(Duration::from_secs(700))).unwrap();
    assert_eq!(found(&engine), [(600, "no run for 10m".to_owned(), 1)]);
}

#[test]
fn each_session_of_a_pool_is_looked_at_in_its_time() {
    let (engine, clock) = engine(MISSING);
    let definition = WorkflowManager::from_text(&engine, "plant.yaml", FLOW).unwrap().shared_definition();
    let pool = Sessions::of(&engine, definition).stepped(1).clock(clock.clone()).start().unwrap();
    for name in ["a", "b", "c"] {
        pool.open(name, Plant::default()).unwrap();
        while pool.step() {}
        clock.advance(Duration::from_secs(60));
    }
    pool.emit("b", "CMD_READ").unwrap();
    while pool.step() {}
    for _ in 0..3 {
        assert!(pool.pass_time());
        while pool.step() {}
    }
    let records = engine.audit_records();
    let told: Vec<_> = records
        .iter()
        .filter(|record| record.violation().is_some())
        .map(|record| (seconds(record.time), record.session.to_string()))
        .collect();
    let expected = [(600, "a"), (720, "c"), (780, "b")].map(|(at, name)| (at, name.to_owned()));
    assert_eq!(told, expected);
}

#[test]
fn missing_runs_trip_thresholds_levels_and_alarms() {
    let recipe = "
process_recipes:
  record:
    outputs:
      - { missing: 10m, level: C, alarm: true }
      - { missing: 15m, level: S, max_threshold: 2, message: 'no reading: {value}' }
";
    let (engine, clock) = engine(recipe);
    let mut desk = desk(&engine, &clock);
    desk.emit("CMD_READ").unwrap();
    desk.run_for(Duration::from_secs(1_300)).unwrap();
    // One excursion, however often it is found; the other rule counts.
    assert_eq!(found(&engine), [(600, "no run for 10m".to_owned(), 1), (900, "no run for 15m".to_owned(), 1)]);
    assert_eq!(engine.alarms()[0].state, AlarmState::Unacknowledged);
    desk.emit("CMD_READ").unwrap();
    desk.run_for(Duration::from_secs(1)).unwrap();
    assert_eq!(engine.alarms()[0].state, AlarmState::ReturnedUnacknowledged);
    desk.run_for(Duration::from_secs(1_000)).unwrap();
    assert!(engine.interlock().is_some(), "the second one of level S");
    let told = engine.interlock().unwrap().violation.message.unwrap();
    assert_eq!(&*told, "no reading: no run for 15m");
    assert!(engine.run(Record { heat: 1.0 }).is_err());
    assert_eq!(engine.alarm_figures(NonZeroU32::MIN).raised, 2);
}

#[test]
fn a_delay_and_a_shelf_end_in_their_time() {
    let recipe = "process_recipes: { record: { outputs: [ { field: domain.heat, max: 100, level: C, on_delay: 10s, off_delay: 30s } ] } }";
    let (engine, clock) = engine(recipe);
    let mut desk = desk(&engine, &clock);
    desk.emit("CMD_HOT").unwrap();
    desk.run_for(Duration::from_secs(15)).unwrap();
    assert_eq!(found(&engine), [(10, "500.0".to_owned(), 1)], "no run has seen it by then");
    assert_eq!(changes(&engine), [(10, AlarmChange::Raised)]);
    desk.emit("CMD_READ").unwrap();
    desk.run_for(Duration::from_secs(60)).unwrap();
    assert_eq!(changes(&engine).last(), Some(&(45, AlarmChange::Returned)));
    let id = engine.alarms()[0].id.clone();
    engine.shelve(&id, Duration::from_secs(25), "R. Lee", "the probe is being changed").unwrap();
    desk.run_for(Duration::from_secs(60)).unwrap();
    assert_eq!(changes(&engine).last(), Some(&(100, AlarmChange::ShelfEnded)));
}

#[test]
fn a_value_that_is_back_before_its_delay_is_over_is_not_found() {
    let recipe =
        "process_recipes: { record: { outputs: [ { field: domain.heat, max: 100, level: C, on_delay: 10s } ] } }";
    let (engine, clock) = engine(recipe);
    let mut desk = desk(&engine, &clock);
    desk.emit("CMD_HOT").unwrap();
    desk.run_for(Duration::from_secs(5)).unwrap();
    desk.emit("CMD_READ").unwrap();
    desk.run_for(Duration::from_secs(60)).unwrap();
    assert_eq!(found(&engine), []);
    assert_eq!(engine.alarms_due(), None);
}

#[test]
fn another_recipe_awaits_what_it_says() {
    let (engine, clock) = engine(MISSING);
    engine.run(Record { heat: 1.0 }).unwrap();
    engine
        .reload_recipe("plant.yaml", "process_recipes: { record: { outputs: [ { field: domain.heat, max: 9 } ] } }")
        .unwrap();
    assert_eq!(engine.alarms_due(), None);
    clock.advance(Duration::from_secs(50));
    engine.reload_recipe("plant.yaml", MISSING).unwrap();
    assert_eq!(engine.alarms_due().map(seconds), Some(650), "from there on");
}
