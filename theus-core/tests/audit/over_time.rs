//! Rules that go by time: `max_rate` and `stuck`, in both ways of locking, by a clock that is put where it is to be.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use theus_core::audit::{AlarmState, Would};
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Oven {
    heat: f64,
    count: i64,
    mode: String,
}

#[process(outputs = [domain.heat, domain.count])]
fn set(ctx: Ctx<Oven>, heat: f64, count: i64) {
    ctx.domain.heat.set(heat);
    ctx.domain.count.set(count);
}

#[process(outputs = [domain.mode])]
fn turn(ctx: Ctx<Oven>, mode: String) {
    ctx.domain.mode.set(mode);
}

/// A clock of whole milliseconds.
#[derive(Clone)]
struct Clock(Arc<AtomicI64>);

impl Clock {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_700_000_000_000)))
    }

    fn pass(&self, milliseconds: i64) {
        self.0.fetch_add(milliseconds, Ordering::Relaxed);
    }

    fn reader(&self) -> impl Fn() -> SystemTime + Send + Sync + 'static {
        let at = Arc::clone(&self.0);
        move || {
            let milliseconds = u64::try_from(at.load(Ordering::Relaxed)).unwrap_or_default();
            SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds)
        }
    }
}

fn engine(recipe: &str, locking: Locking) -> (Engine<Oven>, Clock) {
    let clock = Clock::new();
    let builder = Engine::builder(Oven::default()).process::<Set>().process::<Turn>().locking(locking);
    let builder = builder.clock(clock.reader()).recipe("oven.yaml", recipe);
    (builder.unwrap_or_else(|error| panic!("{error}")).build().unwrap(), clock)
}

/// What each run came to: after so many milliseconds, to this count. Whether a violation was found, and of what.
fn found(rule: &str, runs: &[(i64, i64)]) -> Vec<Option<String>> {
    let recipe = format!("process_recipes: {{ set: {{ outputs: [ {{ {rule} }} ] }} }}");
    let of = |locking| -> Vec<_> {
        let (engine, clock) = engine(&recipe, locking);
        let run = |(wait, count): &(i64, i64)| {
            clock.pass(*wait);
            let report = engine.run_reported(Set { heat: 0.0, count: *count });
            report.violations.first().map(|violation| violation.value.to_string())
        };
        runs.iter().map(run).collect()
    };
    let held = of(Locking::Pessimistic);
    assert_eq!(held, of(Locking::Optimistic), "both ways of locking say the same");
    held
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn a_rate_is_of_what_was_accepted_and_of_the_time_since() {
    let rule = "field: domain.count, max_rate: 2, level: B";
    // 100 is refused until so much time has gone by since 10 was let in.
    let runs = [(0, 10), (1_000, 12), (1_000, 100), (1_000, 100), (42_000, 100), (500, 99), (500, 97)];
    let late = some("100, 2s later");
    assert_eq!(found(rule, &runs), [None, None, some("100, 1s later"), late, None, None, some("97, 500ms later")]);
    let recorded = "field: domain.count, max_rate: 2, level: C";
    let runs = [(0, 10), (1_000, 100), (1_000, 101), (0, 500), (1_000, 103), (-5_000, 900), (1_000, 901)];
    let expected = [None, some("100, 1s later"), None, None, None, None, None];
    assert_eq!(found(recorded, &runs), expected, "what moved in no time is held against what comes next, as is 103");
    let runs = [(0, 0), (0, 500), (1_000, 500)];
    assert_eq!(found(recorded, &runs), [None, None, some("500, 1s later")]);
}

#[test]
fn a_value_is_stuck_until_it_moves() {
    let rule = "field: domain.count, stuck: 10s, level: C";
    let runs = [(0, 5), (9_999, 5), (1, 5), (5_000, 5), (0, 6), (9_000, 6), (1_000, 6), (-60_000, 6), (10_000, 6)];
    let expected =
        [None, None, some("5 for 10s"), some("5 for 15s"), None, None, some("6 for 10s"), None, some("6 for 10s")];
    assert_eq!(found(rule, &runs), expected);
}

#[test]
fn a_refused_run_moves_nothing() {
    let recipe = "
process_recipes:
  set:
    outputs:
      - { field: domain.count, stuck: 10s, level: C }
      - { field: domain.heat, max: 100, level: B }
";
    let (engine, clock) = engine(recipe, Locking::Pessimistic);
    engine.run(Set { heat: 0.0, count: 1 }).unwrap();
    clock.pass(6_000);
    engine.run(Set { heat: 200.0, count: 2 }).unwrap_err();
    clock.pass(4_000);
    let report = engine.run_reported(Set { heat: 0.0, count: 1 });
    assert_eq!(report.violations.len(), 1, "2 was never there");
}

#[test]
fn it_counts_is_an_alarm_and_is_explained_as_any_rule() {
    let recipe = "
process_recipes:
  set:
    inputs:
      - { field: heat, max_rate: 60 per 1m, level: C, alarm: true, message: \"from {before} to {value}\" }
      - { field: count, stuck: 10s, level: B, max_threshold: 2, when: \"domain.mode == 'moving'\" }
";
    let (engine, clock) = engine(recipe, Locking::Optimistic);
    let heat = |heat| Set { heat, count: 1 };
    engine.run(heat(20.0)).unwrap();
    clock.pass(1_000);
    let report = engine.run_reported(heat(22.5));
    let violation = &report.violations[0];
    assert_eq!((&*violation.rule, &*violation.value), ("heat max_rate 60 per 1m", "22.5, 1s later"));
    assert_eq!(violation.before.as_deref(), Some("20.0"));
    assert_eq!(violation.message.as_deref(), Some("from 20.0 to 22.5, 1s later"));
    assert_eq!(engine.alarms()[0].state, AlarmState::Unacknowledged);
    clock.pass(1_000);
    engine.run(heat(22.5)).unwrap();
    assert_eq!(engine.alarms()[0].state, AlarmState::ReturnedUnacknowledged);

    engine.run(Turn { mode: "moving".to_owned() }).unwrap();
    engine.run(heat(22.5)).unwrap();
    clock.pass(10_000);
    let explained = engine.explain(&heat(22.5)).unwrap();
    assert!(matches!(explained.rules[1].would, Would::Violate(_)), "{explained}");
    assert_eq!(explained.rules[0].would, Would::Pass);
    assert_eq!(engine.run_reported(heat(22.5)).violations.len(), 1, "the first of two");
    engine.run(heat(22.5)).unwrap_err();
    engine.run(Turn { mode: "idle".to_owned() }).unwrap();
    clock.pass(60_000);
    assert!(engine.run_reported(heat(22.5)).violations.is_empty(), "it need not move");
}

#[test]
fn each_value_of_its_per_has_a_rate_of_its_own() {
    let recipe = "process_recipes: { set: { inputs: [ { field: heat, max_rate: 1, per: count, max_threshold: 2, level: C } ] } }";
    let (engine, clock) = engine(recipe, Locking::Pessimistic);
    let violations = |heat, count| engine.run_reported(Set { heat, count }).violations.len();
    assert_eq!((violations(10.0, 1), violations(500.0, 2)), (0, 0));
    clock.pass(1_000);
    assert_eq!((violations(11.0, 1), violations(502.0, 2)), (0, 1));
    // So many at most: the one that was seen longest ago gives way.
    for count in 0..1_100 {
        clock.pass(1);
        violations(0.0, 10 + count);
    }
    clock.pass(1_000);
    assert_eq!(violations(900.0, 1), 0, "a first one again");
    assert_eq!(violations(900.0, 1_109), 1);
}

#[test]
fn another_recipe_goes_on_with_what_was_seen() {
    let rule = |level: &str| {
        format!(
            "process_recipes: {{ set: {{ inputs: [ {{ id: SLOW, field: heat, max_rate: 1, level: {level} }} ] }} }}"
        )
    };
    let (engine, clock) = engine(&rule("C"), Locking::Pessimistic);
    engine.run(Set { heat: 1.0, count: 0 }).unwrap();
    engine.reload_recipe("oven.yaml", &rule("B")).unwrap();
    clock.pass(1_000);
    engine.run(Set { heat: 9.0, count: 0 }).unwrap_err();
    engine
        .reload_recipe("oven.yaml", "process_recipes: { set: { inputs: [ { field: heat, max_rate: 3 } ] } }")
        .unwrap();
    engine.run(Set { heat: 90.0, count: 0 }).unwrap();
}

/// The same by hand: the last value that was let in at another time.
#[test]
fn random_runs_find_what_is_found_by_hand() {
    for seed in 0..200 {
        let mut random = fastrand::Rng::with_seed(seed);
        let (most, level) = (random.i64(1..5), if random.bool() { "B" } else { "C" });
        let stuck = random.i64(1..6);
        let recipe = format!(
            "process_recipes: {{ set: {{ outputs: [ {{ field: domain.count, max_rate: {most} per 2s, level: {level} }}, \
             {{ field: domain.count, stuck: {stuck}s, level: C }} ] }} }}"
        );
        let locking = if random.bool() { Locking::Optimistic } else { Locking::Pessimistic };
        let (engine, clock) = engine(&recipe, locking);
        let mut now = 0_i64;
        let (mut last, mut same) = (None::<(i64, i64)>, None::<(i64, i64)>);
        for turn in 0..40 {
            let wait = random.choice([0, 250, 500, 1_000, 3_000, -700]).unwrap_or_default();
            now += wait;
            clock.pass(wait);
            let count = last.map_or(0, |(_, count)| count) + random.i64(-4..=4);
            let is_fast =
                last.is_some_and(|(at, before)| now > at && (count - before).abs() * 2_000 > most * (now - at));
            let is_stuck = same.is_some_and(|(since, before)| before == count && now - since >= stuck * 1_000);
            let report = engine.run_reported(Set { heat: 0.0, count });
            let rules: Vec<_> = report.violations.iter().map(|violation| violation.condition.to_string()).collect();
            let expected: Vec<_> =
                [(is_fast, "max_rate"), (is_stuck, "stuck")].into_iter().filter(|it| it.0).map(|it| it.1).collect();
            assert_eq!(rules, expected, "seed {seed}, turn {turn}, {level}, {most}, {last:?} {same:?} {now} {count}");
            if is_fast && level == "B" {
                continue;
            }
            if last.is_none_or(|(at, _)| at != now) {
                last = Some((now, count));
            }
            if same.is_none_or(|(since, before)| before != count || since > now) {
                same = Some((now, count));
            }
        }
    }
}
