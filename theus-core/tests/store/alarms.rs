//! How alarms stand is there again when the program begins anew.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use theus_core::audit::{
    Alarm, AlarmChange, AlarmError, AlarmState, AuditEvent, AuditRecord, Sink, SinkError, SinkOptions,
};
use theus_core::prelude::*;
use theus_core::store::{Fault, MemoryStore, Store, StoredCount};

#[derive(Clone, Debug, Default, Context)]
struct Tank {
    level: i64,
}

#[process(outputs = [domain.level])]
fn fill(ctx: Ctx<Tank>, to: i64) {
    ctx.domain.level.set(to);
}

type Clock = Arc<AtomicU64>;

/// A program on the store, whose clock says what is put into it.
fn engine(store: &MemoryStore, clock: &Clock, settings: &str) -> Engine<Tank> {
    let clock = Arc::clone(clock);
    let recipe = format!("invariants: [ {{ field: domain.level, max: 90, level: C, {settings} }} ]");
    Engine::builder(Tank::default())
        .clock(move || SystemTime::UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::Relaxed)))
        .process::<Fill>()
        .recipe("audit.yaml", &recipe)
        .unwrap()
        .store(store.clone())
        .build()
        .unwrap()
}

fn begun() -> (MemoryStore, Clock) {
    (MemoryStore::new(), Arc::new(AtomicU64::new(1_700_000_000)))
}

fn states(engine: &Engine<Tank>) -> Vec<(String, AlarmState)> {
    engine.alarms().into_iter().map(|alarm| (alarm.id.session.to_string(), alarm.state)).collect()
}

fn one(engine: &Engine<Tank>) -> Alarm {
    let mut alarms = engine.alarms();
    assert_eq!(alarms.len(), 1, "{alarms:?}");
    alarms.remove(0)
}

#[test]
fn each_thing_that_happens_to_an_alarm_happens_in_a_program_of_its_own() {
    let (store, clock) = begun();
    let again = || {
        clock.fetch_add(1, Ordering::Relaxed);
        engine(&store, &clock, "deadband: 5")
    };
    let violations = |to: i64| again().run_reported(Fill { to }).violations.len();
    assert_eq!(violations(95), 1);
    assert_eq!(one(&again()).state, AlarmState::Unacknowledged);
    assert_eq!(violations(96), 0, "it is the same excursion");
    let alarm = one(&again());
    let engine = again();
    assert_eq!(engine.acknowledge(&alarm.id, "R. Lee", "seen"), Ok(AlarmState::Acknowledged));
    drop(engine);
    let alarm = one(&again());
    assert_eq!((alarm.state, alarm.operator.as_deref()), (AlarmState::Acknowledged, Some("R. Lee")));
    assert_eq!(violations(86), 0, "86 is not back");
    assert_eq!(one(&again()).state, AlarmState::Acknowledged);
    assert_eq!(violations(85), 0);
    assert!(again().alarms().is_empty());
    assert_eq!((violations(95), violations(80)), (1, 0));
    assert_eq!(one(&again()).state, AlarmState::ReturnedUnacknowledged);
    again().shelve(&alarm.id, Duration::from_secs(3_600), "R. Lee", "repair").unwrap();
    let shelved = one(&again());
    assert_eq!((shelved.state, shelved.shelf.unwrap().reason.as_str()), (AlarmState::Shelved, "repair"));
    assert_eq!(violations(95), 1);
    clock.fetch_add(3_600, Ordering::Relaxed);
    assert_eq!(one(&again()).state, AlarmState::Unacknowledged, "raised when its time was over");
    again().ledger().verify().unwrap();
}

#[test]
fn alarms_of_sessions_that_are_not_open_are_listed_and_acknowledged() {
    let (store, clock) = begun();
    let first = engine(&store, &clock, "deadband: 5");
    for name in ["a", "b"] {
        first.hydrate_or(name, Tank::default).unwrap().run(Fill { to: 95 }).unwrap();
    }
    let state = AlarmState::Unacknowledged;
    assert_eq!(states(&first), [("a".to_owned(), state), ("b".to_owned(), state)], "both sessions are closed");
    drop(first);
    let second = engine(&store, &clock, "deadband: 5");
    let alarms = second.alarms();
    second.acknowledge(&alarms[1].id, "R. Lee", "seen").unwrap();
    drop(second);
    let third = engine(&store, &clock, "deadband: 5");
    assert_eq!(states(&third)[1], ("b".to_owned(), AlarmState::Acknowledged));
    third.hydrate_or("b", Tank::default).unwrap().run(Fill { to: 1 }).unwrap();
    assert_eq!(states(&third), [("a".to_owned(), state)]);
}

#[test]
fn two_programs_on_one_store_know_of_each_others_alarms_when_they_record_their_own() {
    let (store, clock) = begun();
    let (one, other) = (engine(&store, &clock, "deadband: 5"), engine(&store, &clock, "deadband: 5"));
    let (a, b) = (one.hydrate_or("a", Tank::default).unwrap(), other.hydrate_or("b", Tank::default).unwrap());
    a.run(Fill { to: 95 }).unwrap();
    b.run(Fill { to: 95 }).unwrap();
    let names = |engine: &Engine<Tank>| states(engine).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(&other), ["a", "b"]);
    assert_eq!(names(&one), ["a"], "until it records something");
    a.run(Fill { to: 1 }).unwrap();
    assert_eq!(names(&one), ["a", "b"]);
    let numbers: Vec<u64> = one.alarms().iter().map(|alarm| alarm.violation).collect();
    let records = engine(&store, &clock, "deadband: 5");
    for (number, session) in numbers.into_iter().zip(["a", "b"]) {
        let stored = Store::ledger(&store, number, 1).unwrap();
        assert_eq!((stored[0].session.as_str(), stored[0].violation().is_some()), (session, true));
    }
    drop(records);
}

#[test]
fn what_a_store_did_not_take_goes_with_the_next_record() {
    let (store, clock) = begun();
    let desk = engine(&store, &clock, "deadband: 5");
    desk.run(Fill { to: 95 }).unwrap();
    store.fail(store.calls() + 1, Fault::Unavailable);
    let alarm = one(&desk);
    assert_eq!(desk.acknowledge(&alarm.id, "R. Lee", "seen"), Ok(AlarmState::Acknowledged));
    desk.run(Fill { to: 96 }).unwrap();
    drop(desk);
    assert_eq!(one(&engine(&store, &clock, "deadband: 5")).state, AlarmState::Acknowledged);
}

#[test]
fn a_rule_that_says_something_else_has_no_alarm_of_before() {
    let (store, clock) = begun();
    engine(&store, &clock, "deadband: 5").run(Fill { to: 95 }).unwrap();
    assert!(engine(&store, &clock, "deadband: 6").alarms().is_empty());
    assert_eq!(engine(&store, &clock, "deadband: 5").alarms().len(), 1, "until it is written anew");
}

#[test]
fn a_count_as_it_was_stored_before_there_were_alarms_is_read_and_written_so() {
    let json = r#"{"rule":"fill outputs: domain.level max (level C, acts at 3) 90","count":2,"window":[7],"key":"x"}"#;
    let count: StoredCount = serde_json::from_str(json).unwrap();
    assert_eq!((count.count, &count.alarm), (2, &None));
    assert_eq!(serde_json::to_string(&count).unwrap(), json);
}

#[test]
fn what_a_store_says_of_an_alarm_is_not_trusted() {
    let (store, clock) = begun();
    engine(&store, &clock, "deadband: 5").run(Fill { to: 95 }).unwrap();
    let stored = Store::begin(&store).unwrap().counts;
    let [count] = &stored[..] else { panic!("{stored:?}") };
    assert_eq!((count.count, count.alarm.as_ref().unwrap().session.as_str()), (0, "main"));
    let json = serde_json::to_string(count).unwrap();
    assert!(!json.contains("back") && !json.contains("untold") && !json.contains("suppressed"), "{json}");
    let read: StoredCount = serde_json::from_str(&json).unwrap();
    assert_eq!(read, *count);
}

#[test]
fn explain_says_how_an_alarm_stands_and_that_nothing_new_would_count() {
    use theus_core::audit::Would;
    #[derive(Clone, Debug, Default, Context)]
    struct Oven {
        heat: i64,
    }
    #[process(inputs = [domain.heat], outputs = [domain.heat])]
    fn bake(ctx: Ctx<Oven>, by: i64) {
        *ctx.domain.heat += by;
    }
    let recipe = "process_recipes: { bake: { inputs: [ { field: by, max: 9, level: C, deadband: 3 } ] } }";
    let engine =
        Engine::builder(Oven::default()).process::<Bake>().recipe("audit.yaml", recipe).unwrap().build().unwrap();
    let rule = |by: i64| {
        let rule = engine.explain(&Bake { by }).unwrap().rules.remove(0);
        (rule.stands, rule.would, rule.alarm.as_deref().map(str::to_owned))
    };
    let alarm = Some("alarm, deadband 3".to_owned());
    let campaign = Would::Violate(theus_core::audit::Action::Campaign);
    assert_eq!(rule(10), (Some(AlarmState::Normal), campaign, alarm.clone()));
    engine.run(Bake { by: 10 }).unwrap();
    assert_eq!(rule(11), (Some(AlarmState::Unacknowledged), Would::Standing, alarm.clone()));
    assert_eq!(rule(1), (Some(AlarmState::Unacknowledged), Would::Pass, alarm));
}

/// Takes nothing while it is stuck.
struct Stuck(Arc<AtomicBool>);

impl Sink for Stuck {
    fn name(&self) -> String {
        "stuck".to_owned()
    }

    fn write(&mut self, _: &AuditRecord) -> Result<(), SinkError> {
        if self.0.load(Ordering::Relaxed) { Err(SinkError("full".to_owned())) } else { Ok(()) }
    }
}

#[test]
fn what_a_sink_does_not_take_was_not_done() {
    let is_stuck = Arc::new(AtomicBool::new(false));
    let desk = Engine::builder(Tank::default())
        .process::<Fill>()
        .recipe("audit.yaml", "invariants: [ { field: domain.level, max: 90, level: C, deadband: 5 } ]")
        .unwrap()
        .sink(Stuck(Arc::clone(&is_stuck)), SinkOptions::new())
        .build()
        .unwrap();
    desk.run(Fill { to: 95 }).unwrap();
    is_stuck.store(true, Ordering::Relaxed);
    let id = one(&desk).id;
    let refused = desk.acknowledge(&id, "R. Lee", "seen");
    assert!(matches!(refused, Err(AlarmError::Unrecorded { ref sink, .. }) if sink == "stuck"), "{refused:?}");
    assert_eq!(one(&desk).state, AlarmState::Unacknowledged);
    let changes: Vec<_> = desk.audit_records().into_iter().filter_map(change).collect();
    let undone = [AlarmChange::Raised, AlarmChange::Acknowledged, AlarmChange::Undone];
    assert_eq!(changes, undone, "the record says that it was not done");
    assert!(desk.run(Fill { to: 1 }).is_ok(), "what becomes of an alarm by itself keeps nobody");
    is_stuck.store(false, Ordering::Relaxed);
    assert_eq!(desk.acknowledge(&id, "R. Lee", "seen"), Ok(AlarmState::Normal));
}

fn change(record: AuditRecord) -> Option<AlarmChange> {
    match record.event {
        AuditEvent::Alarm(event) => Some(event.change),
        _ => None,
    }
}
