//! Charts at random, and the program that they drive.
#![allow(dead_code, reason = "not every test uses all of it")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use theus_core::EngineBuilder;
use theus_core::prelude::*;

#[derive(Clone, Debug, Default, PartialEq, Context)]
pub(crate) struct Book {
    pub(crate) log: Vec<i64>,
    pub(crate) total: i64,
    pub(crate) items: Vec<i64>,
    pub(crate) other: i64,
}

/// How often each was asked.
#[derive(Clone, Default)]
pub(crate) struct World {
    pub(crate) asked: Arc<Mutex<BTreeMap<i64, u32>>>,
    /// Whether it says the same however often it is asked.
    pub(crate) steady: bool,
}

impl World {
    /// It answers each third time.
    pub(crate) fn answers(&self, to: i64) -> bool {
        if self.steady {
            return to.rem_euclid(4) != 0;
        }
        let mut asked = self.asked.lock().unwrap();
        let times = asked.entry(to).or_default();
        *times += 1;
        times.is_multiple_of(3)
    }
}

pub(crate) struct Ports {
    pub(crate) world: World,
}

pub(crate) type App = Ctx<Book, (), Ports>;

#[derive(Debug, thiserror::Error, serde::Serialize, Inspect)]
#[error("nobody answers")]
pub(crate) struct Busy {
    retry_after: u8,
}

impl Busy {
    /// By what it is asked: to be left alone for up to two seconds, or not at all.
    fn of(n: i64) -> Self {
        Self { retry_after: u8::try_from(n.rem_euclid(3)).unwrap_or_default() }
    }
}

/// So many entries of a log are kept: it is written whole with each step, so that a long one would cost by its square.
const LONGEST_LOG: usize = 500;

/// Adds to a log. Of one that is long, what is old becomes one number, which says as well whether two are the same.
pub(crate) fn note(log: &mut Vec<i64>, n: i64) {
    if log.len() >= LONGEST_LOG {
        let old = log.drain(..LONGEST_LOG / 2).fold(0_i64, |sum, one| sum.wrapping_mul(31).wrapping_add(one));
        log.insert(0, old);
    }
    log.push(n);
}

/// How many charts are played, `THEUS_CHARTS`, and from which seed on, `THEUS_SEED`: what is told where one fails begins there again.
pub(crate) fn charts_and_seed(otherwise: u64) -> (u64, u64) {
    let said = |name| std::env::var(name).ok().and_then(|number| number.parse().ok());
    let (charts, seed) = (said("THEUS_CHARTS").unwrap_or(otherwise), said("THEUS_SEED").unwrap_or_default());
    println!("{charts} charts from seed {seed} on");
    (charts, seed)
}

#[process(inputs = [domain.log, domain.total], outputs = [domain.log, domain.total])]
pub(crate) fn put(ctx: App, n: i64) -> i64 {
    note(&mut ctx.domain.log, n);
    *ctx.domain.total += 1;
    n * 100 + *ctx.domain.total
}

#[process(inputs = [domain.log], outputs = [domain.log])]
pub(crate) fn take(ctx: App, n: i64) {
    note(&mut ctx.domain.log, -n);
}

#[process(inputs = [domain.log], outputs = [domain.log], effects = [world], errors = [Busy])]
pub(crate) fn flaky(ctx: App, n: i64) -> Result<(), Busy> {
    note(&mut ctx.domain.log, 1_000 + n);
    if ctx.effects.world.answers(n) { Ok(()) } else { Err(Busy::of(n)) }
}

#[process(inputs = [domain.other], outputs = [domain.other], effects = [world], errors = [Busy])]
pub(crate) fn beside(ctx: App, n: i64) -> Result<(), Busy> {
    *ctx.domain.other += n;
    if ctx.effects.world.answers(-n) { Ok(()) } else { Err(Busy::of(n)) }
}

#[process(effects = [world], errors = [Busy])]
pub(crate) fn call(ctx: App, n: i64) -> Result<i64, Busy> {
    if ctx.effects.world.answers(2_000 + n) { Ok(n * 10) } else { Err(Busy::of(n)) }
}

#[process(errors = [Busy])]
pub(crate) fn refuse(ctx: App) -> Result<(), Busy> {
    let _ = ctx;
    Err(Busy::of(0))
}

/// Writes charts at random.
pub(crate) struct Writer {
    pub(crate) random: fastrand::Rng,
    pub(crate) next: i64,
    /// Whether states may invoke several at once, whose steps come in one order or another.
    pub(crate) many: bool,
}

const TARGETS: [&str; 8] = ["S", "C", "P", "C1", "L1", "M1", "Z", "S"];

impl Writer {
    fn target(&mut self) -> &'static str {
        TARGETS[self.random.usize(..TARGETS.len())]
    }

    /// Where a transition leads: to one state, or into both regions.
    fn to(&mut self) -> &'static str {
        match self.random.u8(..8) {
            0 => ["[L1, M1]", "[M0, L1]"][self.random.usize(..2)],
            _ => self.target(),
        }
    }

    /// What must hold, if anything.
    fn when(&mut self) -> &'static str {
        match self.random.u8(..8) {
            0 => ", when: \"in('M1') || in('C')\"",
            1 => ", when: \"!in('L1')\"",
            _ => "",
        }
    }

    fn n(&mut self) -> i64 {
        self.next += 1;
        self.next
    }

    fn steps(&mut self, depth: u32) -> String {
        let count = self.random.usize(1..3);
        let steps: Vec<String> = (0..count).map(|_| self.step(depth)).collect();
        format!("[{}]", steps.join(", "))
    }

    fn step(&mut self, depth: u32) -> String {
        let n = self.n();
        let kinds = if depth == 0 { 6 } else { 10 };
        match self.random.u32(..kinds) {
            // What it gives is used right after it and, by what makes it good, later.
            0 if n % 3 == 0 => format!(
                "{{ run: put, with: {{ n: {n} }}, as: r{n}, compensate: {{ run: take, with: {{ n: '${{ r{n} }}' }} }} }}, \
                 {{ run: put, with: {{ n: '${{ r{n} + 1 }}' }} }}"
            ),
            0 => format!("{{ run: put, with: {{ n: {n} }} }}"),
            1 | 2 => format!("{{ run: put, with: {{ n: {n} }}, compensate: {{ run: take, with: {{ n: {n} }} }} }}"),
            3 => {
                let retry = match self.random.u8(..4) {
                    0 => "{ backoff: 1s, jitter: none, max_elapsed: 2500ms }",
                    1 => "{ backoff: 1s, jitter: full, on: { Busy: { attempts: 3, max_elapsed: 4s } } }",
                    2 => "{ attempts: 4, backoff: 1s, after: '${ error.retry_after }' }",
                    _ => "{ attempts: 4, backoff: 1s }",
                };
                format!("{{ run: flaky, with: {{ n: {n} }}, retry: {retry} }}")
            }
            4 if self.random.bool() => "{ run: refuse }".to_owned(),
            4 => format!("{{ run: refuse, on_error: {{ Busy: {} }} }}", self.target()),
            // What each gives is used right after all of them, in the order of the list.
            5 if n % 2 == 0 => {
                let kind = self.random.u32(2..5);
                let (most, on_failure) = (kind - 1, if n % 4 == 0 { "cancel" } else { "go_on" });
                let again = if n % 3 == 0 { ", restart: again" } else { ", retry: { attempts: 3, backoff: 1s }" };
                format!(
                    "{{ flux: for_each, in: '[{n}, 3, {n} + 1]', as: it, parallel: {most}, on_failure: {on_failure}, \
                     do: {{ run: call, with: {{ n: '${{ it }}' }}{again}, as: r{n}, \
                     compensate: {{ run: take, with: {{ n: '${{ r{n} }}' }} }} }} }}, \
                     {{ run: put, with: {{ n: '${{ r{n}[0] + size(r{n}) }}' }} }}"
                )
            }
            5 => format!(
                "{{ parallel: [{{ run: put, with: {{ n: {n} }}, compensate: {{ run: take, with: {{ n: {n} }} }} }}, \
                 {{ run: beside, with: {{ n: {n} }}, retry: {{ attempts: {}, backoff: 1s }} }}] }}",
                self.random.u32(2..5)
            ),
            6 | 7 => {
                let (then, otherwise) = (self.steps(depth - 1), self.steps(depth - 1));
                let when =
                    if self.random.bool() { format!("domain.total > {n}") } else { "\"in('L1') || in('C1')\"".into() };
                format!("{{ flux: if, when: {when}, then: {then}, else: {otherwise} }}")
            }
            8 => {
                let most = self.random.u32(1..12);
                let body = self.steps(0);
                format!(
                    "{{ flux: while, when: domain.total < {most}, do: [{{ run: put, with: {{ n: {n} }} }}, {{ flux: run, steps: {body} }}] }}"
                )
            }
            _ => {
                let body = self.steps(depth - 1);
                format!(
                    "{{ flux: for_each, in: domain.items, as: item, do: [{{ run: put, with: {{ n: '${{ item }}' }} }}, {{ flux: run, steps: {body} }}] }}"
                )
            }
        }
    }

    /// What a state has beside its children; `inside` is one of them.
    fn parts(&mut self, is_outer: bool, inside: Option<&str>) -> String {
        let mut parts = Vec::new();
        // Not of the random numbers, which seeds of before are to find as they were.
        if self.next % 3 == 0 {
            parts.push("saga: true".to_owned());
        }
        if self.next % 4 == 1 {
            parts.push("defer: [CMD_3]".to_owned());
        }
        if self.random.bool() {
            parts.push(format!("entry: {}", self.steps(2)));
        }
        if self.random.u8(..3) == 0 {
            parts.push(format!("exit: {}", self.steps(1)));
        }
        if self.random.u8(..3) == 0 && (self.many || is_outer) {
            let mut invokes = Vec::new();
            let most = if self.many { 3 } else { 2 };
            for id in 0..self.random.u8(1..most) {
                let (steps, done) = (self.steps(1), self.target());
                let done = if self.random.bool() { format!(", done: {done}") } else { String::new() };
                let keep = if self.random.bool() { ", on_leave: keep" } else { "" };
                invokes.push(format!("{{ id: i{id}, steps: {steps}{done}{keep} }}"));
            }
            parts.push(format!("invoke: [{}]", invokes.join(", ")));
        }
        let mut events = Vec::new();
        for event in ["CMD_0", "CMD_1", "CMD_2", "EVT_CHAIN_FAIL", "EVT_CHAIN_DONE"] {
            let often = if event.starts_with("CMD") { 2 } else { 6 };
            if self.random.u8(..often) == 0 {
                let steps = if self.random.bool() { format!(", steps: {}", self.steps(2)) } else { String::new() };
                let to = match inside.filter(|_| self.random.bool()) {
                    Some(inside) => format!("{inside}, reenter: false"),
                    None => self.to().to_owned(),
                };
                let when = self.when();
                events.push(format!("{event}: {{ to: {to}{when}{steps} }}"));
            }
        }
        if self.next % 3 == 1 {
            let steps = "{ run: put, with: { n: 900 } }";
            events.push(format!("CMD_3: {{ when: domain.total % 3 != 1, steps: {steps} }}"));
        }
        parts.push(format!("events: {{ {} }}", events.join(", ")));
        if self.random.u8(..4) == 0 {
            let (time, to) = (self.random.u8(1..4), self.target());
            parts.push(match self.random.u8(..4) {
                0 | 1 => format!("after: {{ {time}s: {to} }}"),
                2 => format!("after: {{ '${{ domain.total % 5 + 1 }}': {to} }}"),
                _ => format!("after: {{ '${{ domain.total % 7 + {time} }}': {{ to: {to}, follow: true }} }}"),
            });
        }
        if self.random.u8(..8) == 0 {
            let (time, to, steps) = (self.random.u8(1..4), self.target(), self.steps(1));
            let guard = format!("domain.total > {}", self.random.u8(..30));
            parts.push(format!("every: {{ {time}s: [{{ to: {to}, when: {guard} }}, {{ steps: {steps} }}] }}"));
        }
        parts.join(", ")
    }

    pub(crate) fn flow(&mut self) -> String {
        let mut flow = self.whole();
        flow.push_str(
            "name: random\nlimit: 150\nexternal: [CMD_0, CMD_1, CMD_2, CMD_3]\n\
                        initialised: [domain.log, domain.total, domain.items, domain.other]\nstates:\n",
        );
        // Of the three at the top one is active.
        let mut parts: Vec<String> =
            (0..9).map(|part| self.parts(matches!(part, 0 | 1 | 4), (part == 1).then_some("C1"))).collect();
        if !parts.iter().any(|part| part.contains("CMD_3: {")) {
            parts.iter_mut().for_each(|part| *part = part.replace("defer: [CMD_3], ", ""));
        }
        let begins = if self.random.u8(..3) == 0 { "CH" } else { "C0" };
        let _ = write!(
            flow,
            "  S: {{ {} }}\n  C: {{ {}, initial: {begins}, states: {{ C0: {{ {} }}, C1: {{ {} }}, CH: {{ history: shallow, default: C0 }} }} }}\n  P:\n    {}\n    regions:\n      \
             L: {{ initial: L0, states: {{ L0: {{ {} }}, L1: {{ {} }} }} }}\n      M: {{ initial: M0, states: {{ M0: {{ {} }}, M1: {{ {} }} }} }}\n  \
             Z: {{ final: true, entry: {} }}\n",
            parts[0],
            parts[1],
            parts[2],
            parts[3],
            parts[4]
                .replace(", entry: [", "\n    entry: [")
                .replace(", events: {", "\n    events: {")
                .replace(", after: {", "\n    after: {")
                .replace(", every: {", "\n    every: {")
                .replace(", exit: [", "\n    exit: [")
                .replace(", invoke: [", "\n    invoke: ["),
            parts[5],
            parts[6],
            parts[7],
            parts[8],
            self.steps(1),
        );
        flow
    }

    /// What the whole says, as a state around all others; most often nothing.
    fn whole(&mut self) -> String {
        if self.random.u8(..3) != 0 {
            return String::new();
        }
        let (entry, exit, steps) = (self.steps(1), self.steps(1), self.steps(1));
        let (to, when) = (self.to(), self.when());
        format!(
            "entry: {entry}\nexit: {exit}\nevents: {{ CMD_2: {{ to: {to}{when}, steps: {steps} }} }}\nafter: {{ 7s: {} }}\n",
            self.target()
        )
    }

    pub(crate) fn script(&mut self) -> Vec<Act> {
        let act = |random: &mut fastrand::Rng| match random.u8(..5) {
            0 | 1 => Act::Pass,
            2 => Act::Emit("CMD_0"),
            3 => Act::Emit("CMD_1"),
            _ => Act::Emit("CMD_2"),
        };
        let mut acts: Vec<Act> = (0..14).map(|_| act(&mut self.random)).collect();
        for place in [1, 5, 6] {
            acts.insert(place, Act::Emit("CMD_3"));
        }
        acts
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    Emit(&'static str),
    /// Time goes on to when the session goes on by itself.
    Pass,
}

pub(crate) fn builder(world: &World) -> EngineBuilder<Book, (), Ports> {
    let builder = Engine::builder(Book::default()).effects(Ports { world: world.clone() });
    let builder = builder.process::<Put>().process::<Take>().process::<Flaky>().process::<Beside>();
    let builder = builder.process::<Call>();
    builder.process::<Refuse>()
}
