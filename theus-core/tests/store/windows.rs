//! What is in the window of a rule is there again when the program begins anew.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use theus_core::prelude::*;
use theus_core::store::{MemoryStore, Store, StoredCount};

#[derive(Clone, Debug, Default, Context)]
struct Tank {
    level: i64,
}

#[process(outputs = [domain.level])]
fn fill(ctx: Ctx<Tank>, to: i64) {
    ctx.domain.level.set(to);
}

/// A program on the store, whose clock says what is put into it.
fn engine(store: &MemoryStore, clock: &Arc<AtomicU64>, settings: &str) -> Engine<Tank> {
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

/// What each run came to, each in a program of its own: after so many seconds, to this level.
fn each_in_a_new_program(settings: &str, runs: &[(u64, i64)]) -> Vec<Option<(u32, bool)>> {
    let (store, clock) = (MemoryStore::new(), Arc::new(AtomicU64::new(1_700_000_000)));
    let run = |(seconds, to): &(u64, i64)| {
        clock.fetch_add(*seconds, Ordering::Relaxed);
        let report = engine(&store, &clock, settings).run_reported(Fill { to: *to });
        report.result.unwrap();
        report.violations.first().map(|violation| (violation.count, violation.action.is_acting()))
    };
    runs.iter().map(run).collect()
}

#[test]
fn times_survive_a_restart() {
    let found = each_in_a_new_program(
        "max_threshold: 3, within: 1h",
        &[(0, 95), (1_800, 95), (1_801, 95), (1_799, 95), (1, 95)],
    );
    assert_eq!(found, [Some((1, false)), Some((2, false)), Some((2, false)), Some((3, true)), Some((1, false))]);
}

#[test]
fn places_survive_a_restart_passes_among_them() {
    let found = each_in_a_new_program("max_threshold: 2, of: 3", &[(0, 95), (0, 1), (0, 1), (0, 95), (0, 1), (0, 95)]);
    assert_eq!(found, [Some((1, false)), None, None, Some((1, false)), None, Some((2, true))]);
}

#[test]
fn a_session_as_a_value_takes_its_window_along() {
    let (store, clock) = (MemoryStore::new(), Arc::new(AtomicU64::new(1_700_000_000)));
    let first = engine(&store, &clock, "max_threshold: 3, within: 1h");
    for _ in 0..2 {
        first.run(Fill { to: 95 }).unwrap();
        clock.fetch_add(60, Ordering::Relaxed);
    }
    let state = first.dehydrate().unwrap();
    let [StoredCount { rule, count, window, .. }] = &state.counts[..] else { panic!("{:?}", state.counts) };
    assert_eq!(rule, "(invariant) outputs: domain.level max (level C, warns from 1, acts at 3 within 1h) 90");
    assert_eq!((*count, window.as_slice()), (2, &[1_700_000_000_000_000_000, 1_700_000_060_000_000_000][..]));
    let again = first.open_state("again", Tank::default(), state).unwrap();
    assert!(again.run_reported(Fill { to: 95 }).violations[0].action.is_acting());
}

#[test]
fn what_a_store_says_of_a_window_is_not_trusted() {
    let (store, clock) = (MemoryStore::new(), Arc::new(AtomicU64::new(1_700_000_000)));
    let first = engine(&store, &clock, "max_threshold: 3, of: 5");
    first.run(Fill { to: 95 }).unwrap();
    let state = first.dehydrate().unwrap();
    for window in [vec![], vec![u64::MAX], vec![0; 100], (0..1_000).collect(), vec![4, 0, 4, 2], vec![5, 6]] {
        let mut bent = state.clone();
        bent.counts[0].window = window.clone();
        let again = first.open_state(format!("{window:?}"), Tank::default(), bent).unwrap();
        let explained = again.explain(&Fill { to: 95 }).unwrap();
        assert!(explained.rules[0].count <= 3, "{window:?}: {}", explained.rules[0].count);
        again.run_reported(Fill { to: 95 }).result.unwrap();
    }
}

#[test]
fn a_count_as_it_was_stored_before_there_were_windows_is_read() {
    let json = r#"{"rule":"fill outputs: domain.level max (level C, acts at 3) 90","count":2}"#;
    let count: StoredCount = serde_json::from_str(json).unwrap();
    assert_eq!((count.count, count.window.len()), (2, 0));
    assert_eq!(serde_json::to_string(&count).unwrap(), json, "and is written so where there is none");
}

#[test]
fn explain_says_what_is_in_the_window_now() {
    let (store, clock) = (MemoryStore::new(), Arc::new(AtomicU64::new(1_700_000_000)));
    let desk = engine(&store, &clock, "max_threshold: 3, within: 1h");
    desk.run(Fill { to: 95 }).unwrap();
    desk.run(Fill { to: 95 }).unwrap();
    let count = || desk.explain(&Fill { to: 1 }).unwrap().rules[0].count;
    assert_eq!(count(), 2);
    let table = desk.explain(&Fill { to: 1 }).unwrap().to_string();
    assert!(table.contains("2 of 3 within 1h (warns from 1)"), "{table}");
    clock.fetch_add(3_600, Ordering::Relaxed);
    assert_eq!(count(), 2, "an hour ago is within it");
    clock.fetch_add(1, Ordering::Relaxed);
    assert_eq!(count(), 0);
    clock.fetch_sub(7_200, Ordering::Relaxed);
    assert_eq!(count(), 2, "a clock that was put back loses none");
}

/// The same tank, and whose it is.
#[derive(Clone, Debug, Default, Context)]
struct Farm {
    owner: String,
    level: i64,
}

#[process(outputs = [domain.owner, domain.level])]
fn pump(ctx: Ctx<Farm>, owner: String, to: i64) {
    ctx.domain.owner.set(owner);
    ctx.domain.level.set(to);
}

fn farm(store: &MemoryStore, settings: &str) -> Engine<Farm> {
    let recipe = format!("invariants: [ {{ field: domain.level, max: 90, level: C, {settings} }} ]");
    Engine::builder(Farm::default())
        .process::<Pump>()
        .recipe("audit.yaml", &recipe)
        .unwrap()
        .store(store.clone())
        .build()
        .unwrap()
}

fn pumped(session: &Engine<Farm>, owner: &str, to: i64) -> Option<(u32, bool)> {
    let report = session.run_reported(Pump { owner: owner.to_owned(), to });
    report.result.unwrap();
    report.violations.first().map(|violation| (violation.count, violation.action.is_acting()))
}

#[test]
fn what_all_sessions_count_together_survives_a_restart() {
    let store = MemoryStore::new();
    let run = |name: &str, to: i64| {
        let engine = farm(&store, "max_threshold: 4, across: engine");
        pumped(&engine.hydrate_or(name, Farm::default).unwrap(), "", to)
    };
    assert_eq!(
        [run("a", 95), run("b", 95), run("c", 1), run("c", 95)],
        [Some((1, false)), Some((2, false)), None, Some((3, false))]
    );
    assert_eq!(run("d", 95), Some((4, true)), "four sessions in four programs");
    assert_eq!(run("a", 95), Some((1, false)), "it has acted: it starts again");
    let counts = theus_core::store::Store::begin(&store).unwrap().counts;
    assert_eq!(counts.iter().map(|stored| (stored.count, stored.key.as_deref())).collect::<Vec<_>>(), [(1, None)]);
    assert!(theus_core::store::Store::load(&store, "a").unwrap().unwrap().counts.is_empty(), "it is no session's");
}

#[test]
fn what_is_counted_for_each_value_survives_a_restart() {
    for across in ["session", "engine"] {
        let store = MemoryStore::new();
        let run = |owner: &str| {
            let engine = farm(&store, &format!("max_threshold: 2, across: {across}, per: domain.owner"));
            pumped(&engine, owner, 95)
        };
        assert_eq!(
            [run("ann"), run("bob"), run("ann")],
            [Some((1, false)), Some((1, false)), Some((2, true))],
            "{across}"
        );
        assert_eq!(run("bob"), Some((2, true)), "{across}");
    }
}

#[test]
fn two_programs_on_one_store_count_each_others_violations_when_they_record_their_own() {
    let store = MemoryStore::new();
    let settings = "max_threshold: 6, across: engine";
    let (one, other) = (farm(&store, settings), farm(&store, settings));
    let (one, other) =
        (one.hydrate_or("one", Farm::default).unwrap(), other.hydrate_or("other", Farm::default).unwrap());
    let stored = || theus_core::store::Store::begin(&store).unwrap().counts.first().map_or(0, |stored| stored.count);
    assert_eq!((pumped(&one, "", 95), stored()), (Some((1, false)), 1));
    assert_eq!((pumped(&one, "", 95), stored()), (Some((2, false)), 2));
    // It decides by what it knows, and learns of the other's when the store tells that its record does not go on from them.
    assert_eq!((pumped(&other, "", 95), stored()), (Some((1, false)), 3));
    assert_eq!((pumped(&other, "", 95), stored()), (Some((4, false)), 4));
    assert_eq!((pumped(&one, "", 95), stored()), (Some((3, false)), 5));
    assert_eq!((pumped(&one, "", 95), stored()), (Some((6, true)), 0), "six violations of two programs");
    assert_eq!(
        (pumped(&other, "", 95), stored()),
        (Some((5, false)), 1),
        "what has acted there is known here from now on"
    );
    assert_eq!((pumped(&other, "", 95), stored()), (Some((2, false)), 2));
}

#[test]
fn what_two_programs_come_to_together_acts_at_the_next_violation() {
    let store = MemoryStore::new();
    let settings = "max_threshold: 3, across: engine";
    let (one, other) = (farm(&store, settings), farm(&store, settings));
    let (one, other) =
        (one.hydrate_or("one", Farm::default).unwrap(), other.hydrate_or("other", Farm::default).unwrap());
    assert_eq!(pumped(&one, "", 95), Some((1, false)));
    assert_eq!(pumped(&one, "", 95), Some((2, false)));
    assert_eq!(pumped(&other, "", 95), Some((1, false)), "the third of both, which nobody knew");
    assert_eq!(pumped(&other, "", 95), Some((3, true)));
}

#[test]
fn a_replay_counts_nothing() {
    let store = MemoryStore::new();
    let engine = farm(&store, "max_threshold: 3, across: engine, per: domain.owner");
    for to in [95, 1, 95] {
        pumped(&engine, "ann", to);
    }
    let counts = || theus_core::store::Store::begin(&store).unwrap().counts;
    let before = counts();
    let replay = engine.replay("main").unwrap();
    assert!(replay.divergence.is_none(), "{replay:?}");
    assert_eq!(counts(), before);
    assert_eq!(pumped(&engine, "ann", 95), Some((3, true)), "it is the third, replayed or not");
}

#[test]
fn a_status_says_how_many_counters_gave_way() {
    let engine = farm(&MemoryStore::new(), "max_threshold: 3, across: engine, per: domain.owner");
    for owner in 0..1_030 {
        pumped(&engine, &owner.to_string(), 95);
    }
    let status = engine.status();
    assert_eq!(status.counters_dropped, 6);
    assert!(status.to_string().contains("\ncounters: 6 dropped for those of other values (`per`)"), "{status}");
}

#[test]
fn what_a_store_did_not_take_is_counted_behind_what_another_program_has_told_it() {
    use theus_core::store::Fault;
    for fault in [Fault::Unavailable, Fault::LostInDoubt] {
        let store = MemoryStore::new();
        let settings = "max_threshold: 9, across: engine";
        let (one, other) = (farm(&store, settings), farm(&store, settings));
        let (one, other) =
            (one.hydrate_or("one", Farm::default).unwrap(), other.hydrate_or("other", Farm::default).unwrap());
        assert_eq!(pumped(&one, "", 95), Some((1, false)));
        store.fail(store.calls() + 1, fault);
        assert!(one.run(Pump { owner: String::new(), to: 95 }).is_err(), "{fault:?}");
        assert!(pumped(&other, "", 95).is_some());
        assert_eq!(pumped(&one, "", 95), Some((3, false)), "{fault:?}: it knows of its own three");
        let counts = theus_core::store::Store::begin(&store).unwrap().counts;
        assert_eq!(counts[0].count, 4, "{fault:?}: and the store of those and the other's");
    }
}

#[test]
fn a_rule_that_stays_the_same_keeps_what_all_sessions_have_counted() {
    let settings = "max_threshold: 4, across: engine, within: 1h";
    let engine = farm(&MemoryStore::new(), settings);
    let session = engine.hydrate_or("a", Farm::default).unwrap();
    let reload = |settings: &str| {
        let recipe = format!("invariants: [ {{ field: domain.level, max: 90, level: C, {settings} }} ]");
        engine.reload_recipe("audit.yaml", &recipe).unwrap()
    };
    assert_eq!(pumped(&session, "", 95), Some((1, false)));
    assert_eq!(reload(&format!("{settings}, message: too full")).kept, 1);
    assert_eq!(pumped(&engine, "", 95), Some((2, false)));
    let change = reload("max_threshold: 4, across: engine, within: 2h");
    assert_eq!((change.kept, change.changed.len()), (0, 1));
    let changed = change.changed[0].as_str();
    assert_eq!(
        changed,
        "invariant: domain.level max 90 (level C, warns from 1, acts at 4 within 1h across the engine) -> \
         90 (level C, warns from 1, acts at 4 within 2h across the engine)"
    );
    assert_eq!(pumped(&session, "", 95), Some((1, false)), "another window begins anew");
}

/// What each run came to, each in a program of its own, under a rule that goes by time.
fn each_over_time(rule: &str, runs: &[(u64, i64)]) -> Vec<bool> {
    let (store, clock) = (MemoryStore::new(), Arc::new(AtomicU64::new(1_700_000_000)));
    let run = |(seconds, to): &(u64, i64)| {
        clock.fetch_add(*seconds, Ordering::Relaxed);
        let clock = Arc::clone(&clock);
        let recipe = format!("process_recipes: {{ fill: {{ outputs: [ {{ {rule} }} ] }} }}");
        let engine = Engine::builder(Tank::default())
            .clock(move || SystemTime::UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::Relaxed)))
            .process::<Fill>()
            .recipe("audit.yaml", &recipe)
            .unwrap()
            .store(store.clone())
            .build()
            .unwrap();
        let report = engine.run_reported(Fill { to: *to });
        report.result.unwrap();
        !report.violations.is_empty()
    };
    runs.iter().map(run).collect()
}

#[test]
fn what_was_seen_last_survives_a_restart() {
    let rate = "field: domain.level, max_rate: 2, level: C";
    assert_eq!(each_over_time(rate, &[(0, 10), (5, 20), (5, 31), (5, 21)]), [false, false, true, false]);
    let stuck = "field: domain.level, stuck: 10s, level: C";
    assert_eq!(each_over_time(stuck, &[(0, 5), (9, 5), (1, 5), (1, 6), (10, 6)]), [false, false, true, false, true]);
    let per = "field: domain.level, max_rate: 2, per: to, max_threshold: 2, level: C";
    assert_eq!(each_over_time(per, &[(0, 1), (1, 50), (1, 1)]), [false; 3], "each value for itself");
}

#[test]
fn what_a_store_says_was_seen_last_is_not_trusted() {
    let (store, clock) = (MemoryStore::new(), Arc::new(AtomicU64::new(1_700_000_000)));
    let time = Arc::clone(&clock);
    let recipe = "process_recipes: { fill: { outputs: [ { field: domain.level, max_rate: 2, level: C } ] } }";
    let first = Engine::builder(Tank::default())
        .clock(move || SystemTime::UNIX_EPOCH + Duration::from_secs(time.load(Ordering::Relaxed)))
        .process::<Fill>()
        .recipe("audit.yaml", recipe)
        .unwrap()
        .store(store)
        .build()
        .unwrap();
    first.run(Fill { to: 10 }).unwrap();
    let state = first.dehydrate().unwrap();
    let [stored] = &state.counts[..] else { panic!("{:?}", state.counts) };
    let sample = stored.sample.clone().unwrap();
    assert_eq!((sample.at, &*sample.value, stored.count), (1_700_000_000_000_000_000, "i10", 0));
    clock.fetch_add(1, Ordering::Relaxed);
    for (index, value) in
        ["", "x", "i", "fNaN", "p", "i99999999999999999999999999999999999999999999"].into_iter().enumerate()
    {
        let mut bent = state.clone();
        bent.counts[0].sample.as_mut().unwrap().value = value.to_owned();
        let again = first.open_state(format!("bent {index}"), Tank::default(), bent).unwrap();
        assert!(again.run_reported(Fill { to: 90 }).violations.is_empty(), "{value:?}: it is a first value");
    }
    let again = first.open_state("again", Tank::default(), state).unwrap();
    assert_eq!(again.run_reported(Fill { to: 90 }).violations.len(), 1);
}

#[test]
fn when_a_process_was_run_last_survives_a_restart() {
    let (store, clock) = (MemoryStore::new(), Arc::new(AtomicU64::new(1_700_000_000)));
    let engine = || {
        let time = Arc::clone(&clock);
        Engine::builder(Tank::default())
            .clock(move || SystemTime::UNIX_EPOCH + Duration::from_secs(time.load(Ordering::Relaxed)))
            .process::<Fill>()
            .recipe("audit.yaml", "process_recipes: { fill: { outputs: [ { missing: 10m, level: C } ] } }")
            .unwrap()
            .store(store.clone())
            .build()
            .unwrap()
    };
    engine().run(Fill { to: 1 }).unwrap();
    clock.fetch_add(599, Ordering::Relaxed);
    let again = engine();
    assert_eq!(again.alarms_due(), Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_600)));
    clock.fetch_add(1, Ordering::Relaxed);
    again.look_at_alarms();
    let records = again.audit_records();
    let violation = records.iter().find_map(|record| record.violation()).unwrap();
    assert_eq!(violation.value, "no run for 10m");
    drop(again);
    let stored = Store::ledger(&store, 0, 100).unwrap();
    assert!(stored.iter().any(|record| record.violation().is_some()), "it is in the store's ledger");
}
