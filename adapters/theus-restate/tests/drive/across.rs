//! Rules that count `across: engine` on many machines: beside one engine that has all sessions, and where what is sent to the counters is
//! late; with steps that are made, lost, and made again on another machine.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;
use serde_json::{Value, json};
use theus_axum::Problem;
use theus_core::EngineBuilder;
use theus_core::audit::{CountForAll, Counted, Uncounted, Verdict};
use theus_core::prelude::*;
use theus_core::workflow::{Clock, VirtualClock};
use theus_restate::Object;
use theus_restate::drive::{
    Around, Ask, Delivery, EmitAsk, Entry, ExplainAsk, Hosted, RunAsk, Sent, SharedCounters, StepError, StepInput,
    Stepped, Told,
};

use super::world::Carrier;

#[derive(Clone, Debug, Default, Context)]
struct Tank {
    level: i64,
}

struct Ports {
    pumped: Arc<Mutex<u64>>,
}

#[process(outputs = [domain.level])]
fn fill(ctx: Ctx<Tank, (), Ports>, to: i64, who: i64) {
    let _ = who;
    ctx.domain.level.set(to);
}

#[process(outputs = [domain.level], effects = [pumped])]
fn pump(ctx: Ctx<Tank, (), Ports>, to: i64) {
    *ctx.effects.pumped.lock() += 1;
    ctx.domain.level.set(to % 50);
}

const FLOW: &str = "
name: tank
external: [CMD_FILL]
states:
  IDLE: { events: { CMD_FILL: FILLING } }
  FILLING:
    entry:
      - { run: pump, with: { to: \"${ event.to }\" } }
      - { run: fill, with: { to: \"${ event.to }\", who: \"${ event.to % 3 }\" } }
      - { run: pump, with: { to: \"${ event.to + 1 }\" } }
    events: { EVT_CHAIN_DONE: IDLE, EVT_CHAIN_FAIL: IDLE }
";

const SETTINGS: [&str; 6] = [
    "max_threshold: 3",
    "max_threshold: 4, reset_on_success: true",
    "max_threshold: 3, within: 1m",
    "max_threshold: 2, of: 4",
    "max_threshold: 3, per: who",
    "max_threshold: 2, per: who, reset_on_success: true",
];

fn builder(clock: &VirtualClock, settings: &str) -> EngineBuilder<Tank, (), Ports> {
    let clock = clock.clone();
    let recipe = format!(
        "process_recipes:
           fill: {{ inputs: [ {{ id: fills, field: to, max: 90, level: B, across: engine, {settings} }} ] }}
           pump: {{ inputs: [ {{ id: pumps, field: to, max: 90, level: B, across: engine, max_threshold: 5 }} ] }}"
    );
    let builder = Engine::builder(Tank::default()).effects(Ports { pumped: Arc::default() });
    let builder = builder.process::<Fill>().process::<Pump>().clock(move || clock.now());
    builder.recipe("audit.yaml", &recipe).unwrap()
}

/// What is kept of the counters, by rule, as text; and what was answered, by key.
#[derive(Default)]
struct Kept {
    counters: BTreeMap<String, String>,
    answers: BTreeMap<String, (Option<Verdict>, CountForAll)>,
    is_gone: bool,
}

impl Kept {
    fn counter(&self, rule: &str) -> CountForAll {
        self.counters.get(rule).map(|text| serde_json::from_str(text).unwrap()).unwrap_or_default()
    }

    fn keep(&mut self, rule: &str, counter: &CountForAll) {
        self.counters.insert(rule.to_owned(), serde_json::to_string(counter).unwrap());
    }
}

/// What one machine knows of them.
struct Knows {
    kept: Arc<Mutex<Kept>>,
    seen: Mutex<BTreeMap<String, (SystemTime, Arc<CountForAll>)>>,
    clock: VirtualClock,
    lasting: Duration,
    is_exact: bool,
}

impl SharedCounters for Knows {
    fn look(&self, rule: &str) -> Result<Arc<CountForAll>, Uncounted> {
        let (now, mut seen) = (self.clock.now(), self.seen.lock());
        if let Some((asked, counter)) = seen.get(rule)
            && now.duration_since(*asked).unwrap() < self.lasting
        {
            return Ok(Arc::clone(counter));
        }
        let kept = self.kept.lock();
        if kept.is_gone {
            return Err(Uncounted("the line is dead".to_owned()));
        }
        let counter = Arc::new(kept.counter(rule));
        seen.insert(rule.to_owned(), (now, Arc::clone(&counter)));
        Ok(counter)
    }

    fn is_exact(&self) -> bool {
        self.is_exact
    }

    fn decide(&self, key: &str, counted: &Counted) -> Result<(Option<Verdict>, CountForAll), Uncounted> {
        let mut kept = self.kept.lock();
        if let Some(answer) = kept.answers.get(key) {
            return Ok(answer.clone());
        }
        let mut counter = kept.counter(&counted.rule);
        let answer = (counter.decide(counted).pop(), counter.clone());
        kept.keep(&counted.rule, &counter);
        kept.answers.insert(key.to_owned(), answer.clone());
        Ok(answer)
    }
}

/// Several machines: a step is made on one of them by chance. Now and then it is made on another one first, and lost.
struct Machines {
    all: Vec<(Arc<dyn Hosted>, Arc<dyn SharedCounters>)>,
    random: Mutex<fastrand::Rng>,
}

impl Hosted for Machines {
    fn step(&self, input: StepInput, around: Around<'_>) -> Result<Stepped, StepError> {
        let on_one = |input| {
            let (hosted, counters) = &self.all[self.random.lock().usize(0..self.all.len())];
            hosted.step(input, Around { counters: Some(counters), ..around })
        };
        let is_lost = self.random.lock().u32(0..4) == 0;
        if is_lost {
            on_one(input.clone())?;
        }
        on_one(input)
    }
    fn deliveries(&self, sent: Sent<'_>) -> Vec<Delivery> {
        self.all[0].0.deliveries(sent)
    }
    fn look(&self, session: &str, entry: Option<Entry>) -> Result<Value, StepError> {
        self.all[0].0.look(session, entry)
    }
    fn explain(
        &self,
        session: &str,
        entry: Option<Entry>,
        ask: &ExplainAsk,
    ) -> Result<Result<Value, Problem>, StepError> {
        self.all[0].0.explain(session, entry, ask)
    }
}

/// Tanks on three machines.
struct Plant {
    carrier: Carrier,
    kept: Arc<Mutex<Kept>>,
    clock: VirtualClock,
    random: fastrand::Rng,
    /// The rules, as they are known to the counters: of `fill`, of `pump`.
    rules: [String; 2],
    /// What is on its way to a counter.
    sent: Vec<Counted>,
    /// What is done to what is sent: for the test's own test.
    spoils: fn(Vec<Counted>) -> Vec<Counted>,
}

impl Plant {
    fn new(settings: &str, seed: u64, lasting: Duration, is_exact: bool) -> Self {
        let (clock, kept) = (VirtualClock::new(), Arc::<Mutex<Kept>>::default());
        let mut rules = Vec::new();
        let all = (0..3).map(|_| {
            let engine = builder(&clock, settings).carried().build().unwrap();
            let mut told = engine.counted_for_all();
            told.sort_by(|one, other| one.rule.cmp(&other.rule));
            rules = told.into_iter().map(|rule| rule.rule).collect();
            let flow = WorkflowManager::from_text(&engine, "tank.yaml", FLOW).unwrap().shared_definition();
            let host = theus_restate::drive::Host::new(engine).workflow(flow).clock(clock.clone()).counts_elsewhere();
            let (kept, clock) = (Arc::clone(&kept), clock.clone());
            let knows = Knows { kept, seen: Mutex::default(), clock, lasting, is_exact };
            (Arc::new(host) as Arc<dyn Hosted>, Arc::new(knows) as Arc<dyn SharedCounters>)
        });
        let machines = Machines { all: all.collect(), random: Mutex::new(fastrand::Rng::with_seed(seed)) };
        let rules: [String; 2] = rules.try_into().unwrap();
        assert!(rules[0].contains("fills") && rules[1].contains("pumps"), "{rules:?}");
        let carrier = Carrier::of(Arc::new(machines), clock.clone());
        let random = fastrand::Rng::with_seed(seed.wrapping_add(1));
        Self { carrier, kept, clock, random, rules, sent: Vec::new(), spoils: |all| all }
    }

    fn ask(&mut self, ask: Ask) -> Told {
        let session = format!("tank {}", self.random.u32(0..5));
        let told = self.carrier.ask(&session, ask).unwrap().unwrap();
        self.sent.extend((self.spoils)(std::mem::take(&mut self.carrier.counted)));
        told
    }

    /// One of what is on its way comes to its counter; they overtake each other.
    fn arrives(&mut self) {
        if self.sent.is_empty() {
            return;
        }
        let counted = self.sent.swap_remove(self.random.usize(0..self.sent.len()));
        let mut kept = self.kept.lock();
        let mut counter = kept.counter(&counted.rule);
        counter.take(&counted);
        kept.keep(&counted.rule, &counter);
    }

    fn counter(&self, rule: usize) -> CountForAll {
        self.kept.lock().counter(&self.rules[rule])
    }
}

fn ask_fill(to: i64, who: i64) -> Ask {
    Ask::Run(RunAsk { process: "fill".to_owned(), with: json!({ "to": to, "who": who }) })
}

/// Of each violation of a rule whether the level acted.
fn found(told: &Told, id: &str) -> Vec<bool> {
    let of_rule = told.violations.iter().filter(|violation| violation["id"] == id);
    of_rule.map(|violation| violation["action"] == "blocked").collect()
}

/// The first run that comes to something else than in one engine, where each machine knows of all before it, or asks.
fn first_difference(
    settings: &str,
    seed: u64,
    is_exact: bool,
    spoils: fn(Vec<Counted>) -> Vec<Counted>,
) -> Option<String> {
    let mut plant = Plant { spoils, ..Plant::new(settings, seed, Duration::ZERO, is_exact) };
    let one = builder(&plant.clock, settings).build().unwrap();
    let mut violations = 0;
    for step in 0..40 {
        plant.clock.advance(Duration::from_secs(plant.random.u64(0..40)));
        let to = if plant.random.u32(0..5) < 3 { 95 } else { 5 };
        let who = plant.random.i64(0..3);
        let told = plant.ask(ask_fill(to, who));
        while !plant.sent.is_empty() {
            plant.arrives();
        }
        let expected = one.run_reported(Fill { to, who });
        let acts: Vec<bool> = expected.violations.iter().map(|violation| violation.action.is_acting()).collect();
        violations += acts.len() as u64;
        if (found(&told, "fills"), plant.counter(0).violations()) != (acts.clone(), violations) {
            return Some(format!("{settings}, seed {seed}, step {step}: {told:?}, and not {acts:?}"));
        }
    }
    None
}

#[test]
fn many_machines_count_as_one_engine_does_where_each_looks_at_what_there_is() {
    for (seed, settings) in (0..40).zip(SETTINGS.into_iter().cycle()) {
        assert_eq!(first_difference(settings, seed, false, |all| all), None);
    }
}

#[test]
fn and_where_each_violation_is_asked_for_also_by_steps_that_are_made_again() {
    for (seed, settings) in (0..40).zip(SETTINGS.into_iter().cycle()) {
        assert_eq!(first_difference(settings, seed, true, |all| all), None);
    }
}

#[test]
fn the_test_sees_what_is_not_carried_to_the_counters_and_what_is_carried_twice() {
    for settings in SETTINGS {
        assert!(first_difference(settings, 1, false, |_| Vec::new()).is_some(), "{settings}");
        assert!(first_difference(settings, 1, false, |all| [all.clone(), all].concat()).is_some(), "{settings}");
    }
    assert!((0..40).any(|seed| late(seed, |_| Vec::new()).is_some()));
}

/// What is wrong where what is sent is late, and machines look once in five seconds: an occurrence that is lost or doubled, a level that
/// does not act at the first violation that knows of the others, or that acts though nobody could know of so many.
fn late(seed: u64, spoils: fn(Vec<Counted>) -> Vec<Counted>) -> Option<String> {
    const THRESHOLD: u32 = 3;
    let lasting = Duration::from_secs(5);
    let mut plant = Plant { spoils, ..Plant::new("max_threshold: 3", seed, lasting, false) };
    // What the counter of `fill` held, since when.
    let mut held = vec![(plant.clock.now(), 0)];
    let mut violations = [0, 0];
    let mut acted = 0;
    for step in 0..150 {
        plant.clock.advance(Duration::from_millis(plant.random.u64(0..3_000)));
        let now = plant.clock.now();
        match plant.random.u32(0..8) {
            0..=2 => {
                plant.arrives();
                held.push((now, plant.counter(0).count(None)));
            }
            3 => {
                let with = json!({ "to": plant.random.i64(80..100) });
                let told = plant.ask(Ask::Emit(EmitAsk { event: "CMD_FILL".to_owned(), with, urgent: false }));
                violations[0] += found(&told, "fills").len() as u64;
                violations[1] += found(&told, "pumps").len() as u64;
            }
            _ => {
                let told = plant.ask(ask_fill(95, 0));
                let acts = found(&told, "fills") == [true];
                (violations[0], acted) = (violations[0] + 1, acted + u32::from(acts));
                // All that it held in the time that a look is good for.
                let before = held.iter().rposition(|(since, _)| *since + lasting <= now).unwrap_or(0);
                let counts = held[before..].iter().map(|(_, count)| *count);
                let (least, most) = (counts.clone().min().unwrap(), counts.max().unwrap());
                if acts && most + 1 < THRESHOLD || !acts && least + 1 >= THRESHOLD {
                    return Some(format!("seed {seed}, step {step}: {acts}, where it was {least} to {most}"));
                }
            }
        }
    }
    while !plant.sent.is_empty() {
        plant.arrives();
    }
    let came = [0, 1].map(|rule| plant.counter(rule).violations());
    (came != violations || acted == 0).then(|| format!("seed {seed}: {came:?} came, of {violations:?}; {acted} acted"))
}

#[test]
fn what_is_late_is_neither_lost_nor_doubled_and_a_level_acts_one_run_after_it_is_known() {
    for seed in 0..40 {
        assert_eq!(late(seed, |all| all), None);
    }
}

#[test]
fn what_a_step_has_added_is_known_to_the_next_step_of_its_call() {
    let mut plant = Plant::new("max_threshold: 9", 3, Duration::from_secs(60), false);
    for _ in 0..3 {
        let run = RunAsk { process: "pump".to_owned(), with: json!({ "to": 95 }) };
        assert_eq!(found(&plant.ask(Ask::Run(run)), "pumps"), [false]);
    }
    while !plant.sent.is_empty() {
        plant.arrives();
    }
    plant.clock.advance(Duration::from_secs(60));
    // Two steps of the call violate: the second violation is the fifth.
    let event = EmitAsk { event: "CMD_FILL".to_owned(), with: json!({ "to": 95 }), urgent: false };
    assert_eq!(found(&plant.ask(Ask::Emit(event)), "pumps"), [false, true]);
    assert_eq!(plant.sent.len(), 2, "one of each rule");
    while !plant.sent.is_empty() {
        plant.arrives();
    }
    assert_eq!((plant.counter(1).count(None), plant.counter(1).violations()), (0, 5));
}

#[test]
fn where_the_counters_are_not_reached_nothing_is_done_and_it_is_made_again() {
    let mut plant = Plant::new("max_threshold: 3", 1, Duration::ZERO, false);
    plant.kept.lock().is_gone = true;
    let error = plant.carrier.ask("tank 1", ask_fill(5, 0)).unwrap_err();
    assert!(matches!(&error, StepError::Later(why) if why.contains("the line is dead")), "{error}");
    assert!(plant.carrier.entry("tank 1").is_none());
    plant.kept.lock().is_gone = false;
    assert!(plant.carrier.ask("tank 1", ask_fill(5, 0)).unwrap().is_some());
}

#[test]
fn where_nothing_is_said_each_process_counts_by_itself() {
    let engine = builder(&VirtualClock::new(), "max_threshold: 3").carried().build().unwrap();
    let served = Object::new("Tanks", engine).build().unwrap();
    let mut carrier = Carrier::of(served.hosted(), VirtualClock::new());
    let acts: Vec<_> = (0..3)
        .map(|tank| found(&carrier.ask(&format!("tank {tank}"), ask_fill(95, 0)).unwrap().unwrap(), "fills"))
        .collect();
    assert_eq!(acts, [[false], [false], [true]]);
    assert!(carrier.counted.is_empty());
}
