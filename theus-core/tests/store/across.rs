//! Rules that count `across: engine`, where several machines carry the sessions and somebody else keeps the counters: beside one engine
//! that has all sessions, and where what is sent to the counter is late.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;
use theus_core::audit::{CountForAll, Counted, CountsForAll, Uncounted, Verdict};
use theus_core::engine::RunId;
use theus_core::prelude::*;
use theus_core::store::SessionState;

#[derive(Clone, Debug, Default, Context)]
struct Tank {
    level: i64,
}

#[process(outputs = [domain.level])]
fn fill(ctx: Ctx<Tank>, to: i64, who: u8) {
    let _ = who;
    ctx.domain.level.set(to);
}

type Clock = Arc<AtomicU64>;
type Seen = Option<(u32, bool)>;

const SETTINGS: [&str; 7] = [
    "max_threshold: 3",
    "max_threshold: 4, reset_on_success: true",
    "max_threshold: 3, within: 1m",
    "max_threshold: 2, of: 4",
    "max_threshold: 3, within: 1m, reset_on_success: true",
    "max_threshold: 3, per: who",
    "max_threshold: 2, per: who, of: 5",
];

fn builder(clock: &Clock, settings: &str) -> theus_core::EngineBuilder<Tank> {
    let clock = Arc::clone(clock);
    let recipe = format!(
        "process_recipes: {{ fill: {{ inputs: [ {{ field: to, max: 90, level: B, across: engine, {settings} }} ] }} }}"
    );
    Engine::builder(Tank::default())
        .clock(move || SystemTime::UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::Relaxed)))
        .process::<Fill>()
        .recipe("audit.yaml", &recipe)
        .unwrap()
}

/// What a run came to: the number of its violation, and whether the level acted.
fn runs(engine: &Engine<Tank>, to: i64, who: u8) -> Seen {
    let report = engine.run_reported(Fill { to, who });
    let seen = report.violations.first().map(|violation| (violation.count, violation.action.is_acting()));
    assert_eq!(report.result.is_err(), seen.is_some_and(|(_, acts)| acts));
    seen
}

/// Machines that carry sessions, and who keeps the counters: as text, as it is sent and kept.
struct Plant {
    machines: Vec<Engine<Tank>>,
    rule: String,
    kept: BTreeMap<u8, SessionState>,
    counter: String,
    turn: u64,
    /// What is done to what leaves a session.
    spoils: fn(Vec<Counted>) -> Vec<Counted>,
}

impl Plant {
    fn new(clock: &Clock, settings: &str) -> Self {
        let machines: Vec<_> = (0..3).map(|_| builder(clock, settings).carried().build().unwrap()).collect();
        machines.iter().for_each(Engine::count_elsewhere);
        let rule = machines[0].counted_for_all();
        assert!(machines.iter().all(|machine| machine.counted_for_all() == rule) && rule.len() == 1);
        let counter = serde_json::to_string(&CountForAll::default()).unwrap();
        Self { machines, rule: rule[0].rule.clone(), kept: BTreeMap::new(), counter, turn: 0, spoils: |all| all }
    }

    fn counter(&self) -> CountForAll {
        serde_json::from_str(&self.counter).unwrap()
    }

    fn open(&mut self, machine: usize, session: u8) -> Engine<Tank> {
        self.turn += 1;
        let (state, run) = (self.kept.get(&session).cloned(), RunId { life: session.into(), turn: self.turn });
        self.machines[machine].carry(format!("tank {session}"), Tank::default(), state, run).unwrap()
    }

    /// One run on a machine that knows this of the counter; what is to go to the counter.
    fn run(&mut self, machine: usize, session: u8, known: &CountForAll, (to, who): (i64, u8)) -> (Seen, Vec<Counted>) {
        let tank = self.open(machine, session);
        tank.count_for_all(&self.rule, known);
        let seen = runs(&tank, to, who);
        let counted = tank.gathered().counted;
        assert!(tank.gathered().counted.is_empty(), "it is gathered once");
        self.kept.insert(session, tank.dehydrate().unwrap());
        (seen, (self.spoils)(serde_json::from_str(&serde_json::to_string(&counted).unwrap()).unwrap()))
    }

    fn takes(&mut self, all: &[Counted]) {
        let mut counter = self.counter();
        all.iter().for_each(|counted| counter.take(counted));
        self.counter = serde_json::to_string(&counter).unwrap();
    }
}

/// The first run that is another one than in one engine that has all sessions, where each knows of all before it.
fn first_difference(settings: &str, seed: u64, spoils: fn(Vec<Counted>) -> Vec<Counted>) -> Option<String> {
    let clock = Arc::new(AtomicU64::new(1_700_000_000));
    let one = builder(&clock, settings).build().unwrap();
    let tanks: Vec<_> = (0..5).map(|number| one.open(format!("tank {number}"), Tank::default())).collect();
    let mut plant = Plant { spoils, ..Plant::new(&clock, settings) };
    let mut random = fastrand::Rng::with_seed(seed);
    let mut violations = 0;
    for step in 0..120 {
        clock.fetch_add(random.u64(0..40), Ordering::Relaxed);
        let (machine, session, who) = (random.usize(0..3), random.u8(0..5), random.u8(0..3));
        let to = if random.u32(0..5) < 3 { 95 } else { 5 };
        let known = plant.counter();
        let (seen, counted) = plant.run(machine, session, &known, (to, who));
        plant.takes(&counted);
        let expected = runs(&tanks[usize::from(session)], to, who);
        violations += u64::from(expected.is_some());
        if (seen, plant.counter().violations()) != (expected, violations) {
            return Some(format!("{settings}, seed {seed}, step {step}: {seen:?}, and not {expected:?}"));
        }
    }
    None
}

#[test]
fn many_machines_count_as_one_engine_does_where_each_is_told_what_there_is() {
    for settings in SETTINGS {
        for seed in 0..10 {
            assert_eq!(first_difference(settings, seed, |all| all), None);
        }
    }
}

#[test]
fn the_test_sees_what_does_not_come_to_the_counter() {
    for settings in SETTINGS {
        assert!(first_difference(settings, 1, |_| Vec::new()).is_some(), "{settings}");
        let twice: fn(Vec<Counted>) -> Vec<Counted> = |all| [all.clone(), all].concat();
        assert!(first_difference(settings, 1, twice).is_some(), "{settings}");
    }
}

/// A naive counter for what is late: each violation by itself, with the change that it came with.
#[derive(Default)]
struct Naive {
    standing: Vec<u64>,
    changes: u64,
    all: u64,
}

#[test]
fn what_is_late_is_neither_lost_nor_doubled_and_the_level_acts_at_the_next_violation_that_knows() {
    const THRESHOLD: usize = 4;
    let mut acted = 0;
    for seed in 0..40 {
        let clock = Arc::new(AtomicU64::new(1_700_000_000));
        let mut plant = Plant::new(&clock, "max_threshold: 4");
        let mut random = fastrand::Rng::with_seed(seed);
        // What each machine knows, and what is on its way: with what it was made of.
        let mut known: Vec<CountForAll> = vec![CountForAll::default(); 3];
        let (mut naive, mut sent) = (Naive::default(), Vec::<(Vec<Counted>, u64, bool)>::new());
        for _ in 0..200 {
            let machine = random.usize(0..3);
            match random.u32(0..5) {
                0 => known[machine] = plant.counter(),
                // In whatever order.
                1 | 2 if !sent.is_empty() => {
                    let (counted, seen, acts) = sent.swap_remove(random.usize(0..sent.len()));
                    plant.takes(&counted);
                    naive.changes += 1;
                    naive.all += 1;
                    match acts {
                        true => naive.standing.retain(|change| *change > seen),
                        false => naive.standing.push(naive.changes),
                    }
                }
                _ => {
                    let knows = known[machine].clone();
                    let (seen, counted) = plant.run(machine, random.u8(0..5), &knows, (95, 0));
                    let acts = seen.unwrap().1;
                    assert_eq!(
                        acts,
                        knows.count(None) as usize + 1 >= THRESHOLD,
                        "seed {seed}: it goes by what it knows"
                    );
                    acted += u32::from(acts);
                    sent.push((counted, knows.changes(), acts));
                }
            }
            let counter = plant.counter();
            let found = (counter.count(None) as usize, counter.changes(), counter.violations());
            assert_eq!(found, (naive.standing.len(), naive.changes, naive.all), "seed {seed}");
        }
    }
    assert!(acted > 300, "{acted}");
}

/// Who counts for all machines.
#[derive(Clone, Default)]
struct Counter {
    counter: Arc<Mutex<CountForAll>>,
    is_gone: bool,
}

impl CountsForAll for Counter {
    fn decide(&self, _: u64, counted: &Counted) -> Result<(Option<Verdict>, CountForAll), Uncounted> {
        if self.is_gone {
            return Err(Uncounted("the line is dead".to_owned()));
        }
        let mut counter = self.counter.lock();
        Ok((counter.decide(counted).pop(), counter.clone()))
    }
}

#[test]
fn who_asks_for_each_violation_counts_as_one_engine_does_whatever_it_knew() {
    for settings in SETTINGS {
        for seed in 0..8 {
            let clock = Arc::new(AtomicU64::new(1_700_000_000));
            let one = builder(&clock, settings).build().unwrap();
            let mut plant = Plant::new(&clock, settings);
            let (counter, mut random) = (Counter::default(), fastrand::Rng::with_seed(seed));
            for step in 0..120 {
                clock.fetch_add(random.u64(0..40), Ordering::Relaxed);
                let (to, who) = (if random.u32(0..5) < 3 { 95 } else { 5 }, random.u8(0..3));
                let tank = plant.open(random.usize(0..3), random.u8(0..5));
                // Whether a pass is of interest goes by what is known when it begins.
                tank.count_for_all(&plant.rule, &counter.counter.lock());
                tank.count_by(counter.clone());
                assert_eq!(runs(&tank, to, who), runs(&one, to, who), "{settings}, seed {seed}, step {step}");
                assert!(tank.gathered().counted.is_empty(), "it was asked for");
            }
        }
    }
}

#[test]
fn threads_that_violate_at_once_on_several_machines_act_exactly_as_often_as_they_must() {
    for settings in ["max_threshold: 10", "max_threshold: 10, within: 1h", "max_threshold: 10, of: 4000"] {
        let clock = Arc::new(AtomicU64::new(1_700_000_000));
        let (mut plant, counter, begin) = (Plant::new(&clock, settings), Counter::default(), Barrier::new(4));
        let tanks: Vec<_> = (0..4).map(|number| plant.open(usize::from(number) % 3, number)).collect();
        let acted: usize = std::thread::scope(|scope| {
            let run = |tank: Engine<Tank>| {
                let (begin, counter) = (&begin, counter.clone());
                scope.spawn(move || {
                    tank.count_by(counter);
                    begin.wait();
                    (0..100).filter(|_| runs(&tank, 95, 0).is_some_and(|(_, acts)| acts)).count()
                })
            };
            let threads: Vec<_> = tanks.into_iter().map(run).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!((acted, counter.counter.lock().violations()), (40, 400), "{settings}");
    }
}

#[test]
fn where_nobody_can_say_the_run_is_refused_and_nothing_is_counted() {
    let clock = Arc::new(AtomicU64::new(1_700_000_000));
    let mut plant = Plant::new(&clock, "max_threshold: 3");
    let tank = plant.open(0, 1);
    tank.count_by(Counter { is_gone: true, ..Counter::default() });
    let error = tank.run(Fill { to: 95, who: 0 }).unwrap_err();
    assert!(matches!(&error, RunError::Halted(_)) && error.to_string().contains("the line is dead"), "{error}");
    assert_eq!((tank.snapshot().unwrap().version(), tank.gathered().counted), (0, Vec::new()));
    // A run that breaks nothing asks nobody.
    tank.run(Fill { to: 5, who: 0 }).unwrap();
}

#[test]
fn one_that_is_not_told_counts_in_its_own_engine_as_before() {
    let clock = Arc::new(AtomicU64::new(1_700_000_000));
    let engine = builder(&clock, "max_threshold: 3").carried().build().unwrap();
    let carry = |turn| engine.carry("tank", Tank::default(), None, RunId { life: 1, turn }).unwrap();
    let tanks = [carry(0), carry(1), carry(2)];
    let seen: Vec<_> = tanks.iter().map(|tank| runs(tank, 95, 0)).collect();
    assert_eq!(seen, [Some((1, false)), Some((2, false)), Some((3, true))]);
    assert!(tanks.iter().all(|tank| tank.gathered().counted.is_empty()));
}

#[test]
fn there_are_counters_for_so_many_values_at_most() {
    let clock = Arc::new(AtomicU64::new(1_700_000_000));
    let plant = Plant::new(&clock, "max_threshold: 3, per: who");
    let mut counter = CountForAll::default();
    let violated = |key: &str| {
        let json = serde_json::json!({
            "rule": plant.rule, "threshold": 3, "violations": 1, "steps": [{ "key": key, "change": { "violated": 0 } }],
        });
        serde_json::from_value::<Counted>(json).unwrap()
    };
    (0..1_024).for_each(|key| counter.take(&violated(&key.to_string())));
    counter.take(&violated("0"));
    counter.take(&violated("more"));
    let counts = ["0", "1", "2", "more"].map(|key| counter.count(Some(key)));
    assert_eq!((counts, counter.gave_way(), counter.violations()), ([2, 0, 1, 1], 1, 1_026));
}

#[test]
fn what_is_on_its_way_is_counted_beside_what_is_there_and_clears_nothing_that_comes_later() {
    let clock = Arc::new(AtomicU64::new(1_700_000_000));
    let mut plant = Plant::new(&clock, "max_threshold: 3");
    let (_, first) = plant.run(0, 1, &CountForAll::default(), (95, 0));
    let (_, other) = plant.run(1, 2, &CountForAll::default(), (95, 0));
    plant.takes(&first);
    let known = plant.counter();
    // The second run of a call, of which the first is not sent yet.
    let (seen, mut mine) = plant.run(0, 3, &known, (95, 0));
    assert_eq!(seen, Some((2, false)));
    let expected = known.expecting(&mine[0]);
    assert_eq!((expected.count(None), expected.changes(), known.changes()), (2, 1, 1));
    let (seen, later) = plant.run(0, 3, &expected, (95, 0));
    assert_eq!(seen, Some((3, true)));
    mine[0].then(later[0].clone());
    // Another machine's comes before it, of which it knew nothing: that one stays.
    plant.takes(&other);
    plant.takes(&mine);
    assert_eq!((plant.counter().count(None), plant.counter().violations()), (1, 4));
}
