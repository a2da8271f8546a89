//! A definition as data comes back as the same machine: random charts, walked side by side.

use fastrand::Rng;

use super::{load, loads};
use crate::condition::Activation;
use crate::context::Value;
use crate::workflow::chart::{Configuration, Definition, Move, Part, Stored};

/// So many random charts are tried.
const CHARTS: u64 = 80;

const STEPS: &[&str] = &[
    "p_load",
    "[p_load, count]",
    "{ run: charge, with: { amount: 3, to: \"${ domain.name + ' x' }\", memo: '$${ no }' }, compensate: { run: refund, with: { amount: 3 } } }",
    "{ run: charge, with: { amount: '${ domain.total > 9 ? 1 : 2 }', to: '  $$$${' }, retry: { attempts: 2, on: [AccountClosed] }, on_error: { InsufficientFunds: S0 } }",
    "[{ run: watch, restart: again }, { run: watch, restart: fail }]",
    "{ run: charge, with: { amount: 3, to: x }, retry: { jitter: full, max_elapsed: 1h, on: { AccountClosed: { attempts: 2 }, InsufficientFunds: {} } }, on_error: { '*': S0 } }",
    "{ run: fetch, timeout: 1500ms, retry: 4, on_error: { Timeout: S0, '*': S1 } }",
    "{ flux: if, when: domain.ready, then: p_load, else: [count, sum] }",
    "[{ flux: while, when: 'domain.total < 3 // a: b', do: count }, { parallel: [p_load, p_analyze] }]",
    "[{ run: price, as: p }, { run: charge, with: { amount: '${ p.amount }', to: '${ p.note }' }, on_error: { '*': S0 } }]",
    "{ flux: for_each, in: domain.items, as: it, parallel: 3, on_failure: go_on, do: { run: price, as: all } }",
    "{ flux: for_each, in: 'domain.items.filter(x, x != \"\")', as: it, do: { run: charge, with: { amount: 1, to: '${ it }' } } }",
];
const GUARDS: &[&str] =
    &["domain.ready", "'!domain.ready'", "domain.total > 3", r#""domain.name != 'a: \"b\" {'""#, "\"in('S1')\""];
const WHOLE: &[&str] = &[
    "",
    "",
    "entry: p_load\nexit: [count]\n",
    "events: { CMD_A: { to: S1, reenter: true }, EVT_STOP: { steps: count } }\n",
    "always: { to: S0, when: domain.total > 4 }\nafter: { 5s: S2 }\non_error: { '*': S0 }\n",
];
const EVENTS: &[&str] =
    &["CMD_START", "SIG_OVERHEAT", "EVT_STOP", "CMD_A", "EVT_CHAIN_DONE", "EVT_CHAIN_FAIL", "\"*\""];
const AFTER: &[&str] =
    &["1s", "90s", "2m", "7ms", "1h 1ns", "\"${ domain.total }\"", "'${ domain.total > 3 ? 1.5 : 2.5 }'"];
const AT: &[&str] = &["\"${ domain.machine.deadline }\"", "'2030-01-01T00:00:00Z'"];

const EVERY: &[&str] = &["1ms", "90s", "2h", "7ms"];

/// A random workflow file.
struct Sketch {
    random: Rng,
    states: usize,
}

impl Sketch {
    fn pick(&mut self, of: &[&'static str]) -> &'static str {
        of[self.random.usize(..of.len())]
    }

    fn candidate(&mut self, known: usize, guarded: bool) -> String {
        let mut parts = Vec::new();
        if self.random.u8(..5) > 0 {
            parts.push(format!("to: S{}", self.random.usize(..known)));
        }
        if guarded {
            parts.push(format!("when: {}", self.pick(GUARDS)));
        }
        if self.random.u8(..4) == 0 {
            parts.push(format!("steps: {}", self.pick(STEPS)));
        }
        format!("{{ {} }}", parts.join(", "))
    }

    fn candidates(&mut self, known: usize, always_guarded: bool) -> String {
        match self.random.u8(..3) {
            0 => format!("[{}, {}]", self.candidate(known, true), self.candidate(known, always_guarded)),
            _ => self.candidate(known, always_guarded),
        }
    }

    /// The parts of a state that have to do with events.
    fn ways(&mut self, known: usize) -> Vec<String> {
        let mut parts = Vec::new();
        let mut events: Vec<&str> = (0..self.random.usize(..4)).map(|_| self.pick(EVENTS)).collect();
        events.sort_unstable();
        events.dedup();
        let events: Vec<String> =
            events.into_iter().map(|event| format!("{event}: {}", self.candidates(known, false))).collect();
        parts.push(format!("events: {{ {} }}", events.join(", ")));
        if self.random.u8(..6) == 0 {
            parts.push(format!("always: {}", self.candidates(known, true)));
        }
        if self.random.u8(..4) == 0 {
            parts.push(format!("after: {{ {}: {} }}", self.pick(AFTER), self.candidates(known, false)));
        }
        if self.random.u8(..6) == 0 {
            parts.push(format!("at: {{ {}: {} }}", self.pick(AT), self.candidates(known, false)));
        }
        if self.random.u8(..5) == 0 {
            let (steps, target) = (self.pick(STEPS), self.candidate(known, true));
            parts.push(format!("every: {{ {}: [{target}, {{ steps: {steps} }}] }}", self.pick(EVERY)));
        }
        if self.random.u8(..6) == 0 {
            parts.push(r#"description: "a \"text\": 'of' — {any} #kind""#.to_owned());
        }
        for key in ["entry", "exit"] {
            if self.random.u8(..3) == 0 {
                parts.push(format!("{key}: {}", self.pick(STEPS)));
            }
        }
        if self.random.u8(..4) == 0 {
            let (one, other) = (self.pick(STEPS), self.pick(STEPS));
            let (done, other_done) = (self.candidates(known, false), self.candidates(known, true));
            parts.push(match self.random.u8(..5) {
                0 => "invoke: p_load".to_owned(),
                3 => format!("invoke: {{ run: price, done: {done} }}"),
                4 => format!("invoke: {{ id: c, steps: {{ run: price, as: p }}, result: '${{ p.amount }}', done: {done} }}"),
                1 => format!("invoke: {{ steps: {one}, done: {done}, on_error: {{ '*': S1 }} }}"),
                _ => format!("invoke: [{{ id: 'a: b', steps: {one}, on_leave: keep }}, {{ id: b, steps: {other}, done: {other_done} }}]"),
            });
        }
        self.random.shuffle(&mut parts);
        parts
    }

    fn state(&mut self, known: usize, depth: u8) -> String {
        let name = self.states;
        self.states += 1;
        let kind = if depth == 0 { 0 } else { self.random.u8(..5) };
        let mut parts = self.ways(known);
        match kind {
            3 => {
                let count = self.random.usize(1..4);
                let inside: Vec<String> = (0..count).map(|_| self.state(known, depth - 1)).collect();
                let history = self.random.bool().then(|| {
                    let history = self.states;
                    self.states += 1;
                    let deep = if self.random.bool() { "deep" } else { "shallow" };
                    format!("S{history}: {{ history: {deep}, default: S{} }}", name + 1)
                });
                let all: Vec<String> = inside.into_iter().chain(history).collect();
                parts.push(format!("states: {{ {} }}", all.join(", ")));
                if self.random.bool() {
                    parts.push(format!("done: {}", self.candidates(known, false)));
                }
            }
            4 => {
                let regions: Vec<String> = (0..2)
                    .map(|_| {
                        let region = self.states;
                        self.states += 1;
                        let inside = self.state(known, depth - 1);
                        format!("S{region}: {{ states: {{ {inside} }} }}")
                    })
                    .collect();
                parts.push(format!("regions: {{ {} }}", regions.join(", ")));
                if self.random.bool() {
                    parts.push("atomic: true".to_owned());
                }
            }
            1 => parts = vec!["final: true".to_owned(), format!("entry: {}", self.pick(STEPS))],
            _ => {}
        }
        if kind > 2 && self.random.u8(..3) == 0 {
            parts.push("saga: true".to_owned());
        }
        if kind > 2 && self.random.u8(..4) == 0 {
            parts.push(format!("reply: {}", self.pick(&["\"${ domain.total }\"", "{ done: true }", "plain"])));
        }
        format!("S{name}: {{ {} }}", parts.join(", "))
    }
}

fn random_file(seed: u64) -> String {
    let mut sketch = Sketch { random: Rng::with_seed(seed), states: 0 };
    // Targets are among so many: most of them are there.
    let tops: Vec<String> = (0..4).map(|_| format!("  {}", sketch.state(4, 2))).collect();
    let whole = sketch.pick(WHOLE);
    format!("name: 'a b: c'\nlimit: {}\nexternal: [CMD_A]\n{whole}states:\n{}\n", 50 + seed, tops.join("\n"))
}

struct Desk {
    total: i64,
    ready: bool,
}

impl Activation for Desk {
    fn domain(&self, path: &[usize]) -> Value<'_> {
        match path {
            [0] => Value::Int(self.total.into()),
            [1] => Value::Bool(self.ready),
            [3] => Value::Text("a"),
            _ => Value::Opaque,
        }
    }
    fn global(&self, _: &[usize]) -> Value<'_> {
        Value::Opaque
    }
    fn payload(&self) -> Option<&serde_json::Value> {
        None
    }
    fn item(&self, _: &str) -> Option<&serde_json::Value> {
        None
    }
}

/// What a move does, by names.
fn shown(definition: &Definition, made: &Move<'_>) -> String {
    let name = |id| definition.state(id).unwrap().name.clone();
    let chains: Vec<String> = made
        .effects()
        .chains()
        .map(|chain| {
            let part = match chain.part {
                Part::Transition(_) => "steps".to_owned(),
                part => format!("{part:?}"),
            };
            format!("{} {part} {}", name(chain.state), chain.steps.len())
        })
        .collect();
    format!("{:?} {chains:?}", definition.stored(&made.to))
}

/// One and the other from the same place: the places after it, where both do the same.
fn both(
    (one, at): (&Definition, &Configuration),
    (two, same): (&Definition, &Configuration),
    step: impl Fn(&Definition, &Configuration) -> Option<(String, Configuration)>,
) -> Option<(Configuration, Configuration)> {
    let (first, second) = (step(one, at), step(two, same));
    assert_eq!(first.as_ref().map(|it| &it.0), second.as_ref().map(|it| &it.0));
    Some((first?.1, second?.1))
}

/// Walks both alike, and says how many moves were made.
fn walk(one: &Definition, two: &Definition, random: &mut Rng) -> u64 {
    let mut moves = 0;
    let (first, second) = (one.start(), two.start());
    assert_eq!(shown(one, &first), shown(two, &second));
    let (mut at, mut same) = (first.to.clone(), second.to.clone());
    for _ in 0..40 {
        let desk = Desk { total: random.i64(..6), ready: random.bool() };
        let event = one.events()[random.usize(..one.events().len())].clone();
        let kind = random.u8(..6);
        let moved = both((one, &at), (two, &same), |definition, at| {
            let made = match kind {
                0 => definition.eventless(at, &desk),
                1 => {
                    let timer = definition.active(at).into_iter().find_map(|state| definition.timers(state).next());
                    definition.timer(at, timer?.0, &desk)
                }
                _ => definition.transition(at, definition.event(&event), &desk),
            };
            let made = made.unwrap()?;
            Some((shown(definition, &made), made.to.clone()))
        });
        if let Some(moved) = moved {
            (at, same) = moved;
            moves += 1;
        }
        // The configuration as data, from the one to the other.
        let stored = serde_json::to_string(&one.stored(&at)).unwrap();
        let stored: Stored = serde_json::from_str(&stored).unwrap();
        assert_eq!(two.stored(&two.configuration(&stored).unwrap()), two.stored(&same));
        same = two.configuration(&stored).unwrap();
    }
    moves
}

#[test]
fn random_charts_come_back_as_the_same_machine() {
    let (mut loaded, mut moves, mut refused) = (0, 0, Vec::new());
    for seed in 0..CHARTS {
        let yaml = random_file(seed);
        let definition = match load(&yaml) {
            Ok(definition) => definition,
            Err(error) => {
                refused.extend(error.problems().iter().filter_map(|problem| problem.code));
                continue;
            }
        };
        loaded += 1;
        let json = serde_json::to_string(&definition).unwrap();
        let again = load(&json).unwrap_or_else(|error| panic!("{yaml}\n{json}\n{error}"));
        assert_eq!(serde_json::to_string(&again).unwrap(), json, "{yaml}");
        let through_yaml = loads(&serde_yaml::to_string(&definition).unwrap());
        assert_eq!(serde_json::to_string(&through_yaml).unwrap(), json, "{yaml}");
        moves += walk(&definition, &again, &mut Rng::with_seed(seed));
    }
    assert!(loaded * 3 > CHARTS * 2, "{loaded} of {CHARTS} load: {refused:?}");
    assert!(moves > loaded * 4, "{moves} moves in {loaded} charts");
}

#[test]
fn what_is_written_is_what_was_read() {
    let as_data = |yaml: &str| serde_json::to_string(&loads(yaml)).unwrap();
    let head = r#"{"name":"desk","initial":"A","states":"#;
    assert_eq!(as_data("states: { A: {} }"), format!(r#"{head}{{"A":{{"final":true}}}}}}"#));
    assert_eq!(
        as_data(
            "states: { A: { events: { SIG_STOP: [{ to: B, when: \" domain.ready \" }, { steps: p_load }], '*': B }, always: { to: B, when: domain.total > 5 }, after: { 90s: B } }, B: { final: true, result: '${domain.total}' } }"
        ),
        format!(
            r#"{head}{{"A":{{"events":{{"SIG_STOP":[{{"to":"B","when":"domain.ready"}},{{"steps":["p_load"]}}],"*":"B"}},"always":{{"to":"B","when":"domain.total > 5"}},"after":{{"90s":"B"}}}},"B":{{"final":true,"result":"${{ domain.total }}"}}}}}}"#
        )
    );
    assert_eq!(
        as_data(
            "states: { A: { entry: { run: charge, with: { amount: 1, to: '$$${x' } }, on_error: { AccountClosed: A }, final: false, events: { CMD_START: A } } }"
        ),
        format!(
            r#"{head}{{"A":{{"entry":[{{"run":"charge","with":{{"amount":1,"to":"$$${{x","memo":null}}}}],"events":{{"CMD_START":"A"}},"on_error":{{"bank::AccountClosed":"A"}}}}}}}}"#
        )
    );
}

#[test]
fn a_file_of_the_reference_is_written_as_ours() {
    let theirs = "states: { IDLE: { \"on\": { CMD_START: WORK } }, WORK: { process: p_load, transitions: [{ event: EVT_CHAIN_DONE, to: IDLE, condition: 'not ctx.domain_ctx.ready' }] } }";
    let written = serde_json::to_string(&loads(theirs)).unwrap();
    let ours = super::sound(&written);
    assert_eq!(serde_json::to_string(&ours).unwrap(), written);
    assert!(written.contains(r#"{"to":"IDLE","when":"!(domain.ready)"}"#), "{written}");
}
