//! A session that is paused anywhere, stored, and gone on from elsewhere does what it would have done.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use theus_core::prelude::*;
use theus_core::workflow::sessions::{SessionError, SessionStatus};
use theus_core::workflow::trace::What;
use theus_core::workflow::{Definition, Position, Sessions, VirtualClock};

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Book {
    log: Vec<i64>,
    total: i64,
    items: Vec<i64>,
    other: i64,
}

/// How often each was asked.
#[derive(Clone, Default)]
struct World(Arc<Mutex<BTreeMap<i64, u32>>>);

impl World {
    /// It answers each third time.
    fn answers(&self, to: i64) -> bool {
        let mut asked = self.0.lock().unwrap();
        let times = asked.entry(to).or_default();
        *times += 1;
        times.is_multiple_of(3)
    }
}

struct Ports {
    world: World,
}

type App = Ctx<Book, (), Ports>;

#[derive(Debug, thiserror::Error)]
#[error("nobody answers")]
struct Busy;

#[process(inputs = [domain.log, domain.total], outputs = [domain.log, domain.total])]
fn put(ctx: App, n: i64) {
    ctx.domain.log.push(n);
    *ctx.domain.total += 1;
}

#[process(inputs = [domain.log], outputs = [domain.log])]
fn take(ctx: App, n: i64) {
    ctx.domain.log.push(-n);
}

#[process(inputs = [domain.log], outputs = [domain.log], effects = [world], errors = [Busy])]
fn flaky(ctx: App, n: i64) -> Result<(), Busy> {
    ctx.domain.log.push(1_000 + n);
    if ctx.effects.world.answers(n) { Ok(()) } else { Err(Busy) }
}

#[process(inputs = [domain.other], outputs = [domain.other], effects = [world], errors = [Busy])]
fn beside(ctx: App, n: i64) -> Result<(), Busy> {
    *ctx.domain.other += n;
    if ctx.effects.world.answers(-n) { Ok(()) } else { Err(Busy) }
}

#[process(errors = [Busy])]
fn refuse(ctx: App) -> Result<(), Busy> {
    let _ = ctx;
    Err(Busy)
}

type Books = Sessions<Book, (), Ports>;

fn engine(world: &World) -> Engine<Book, (), Ports> {
    let builder = Engine::builder(Book::default()).effects(Ports { world: world.clone() });
    let builder = builder.process::<Put>().process::<Take>().process::<Flaky>().process::<Beside>();
    builder.process::<Refuse>().build().unwrap()
}

/// Writes charts at random.
struct Writer {
    random: fastrand::Rng,
    next: i64,
}

const TARGETS: [&str; 8] = ["S", "C", "P", "C1", "L1", "M1", "Z", "S"];

impl Writer {
    fn target(&mut self) -> &'static str {
        TARGETS[self.random.usize(..TARGETS.len())]
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
            0 => format!("{{ run: put, with: {{ n: {n} }} }}"),
            1 | 2 => format!("{{ run: put, with: {{ n: {n} }}, compensate: {{ run: take, with: {{ n: {n} }} }} }}"),
            3 => format!("{{ run: flaky, with: {{ n: {n} }}, retry: {{ attempts: 4, backoff: 1s }} }}"),
            4 if self.random.bool() => "{ run: refuse }".to_owned(),
            4 => format!("{{ run: refuse, on_error: {{ Busy: {} }} }}", self.target()),
            5 => format!(
                "{{ parallel: [{{ run: put, with: {{ n: {n} }}, compensate: {{ run: take, with: {{ n: {n} }} }} }}, \
                 {{ run: beside, with: {{ n: {n} }}, retry: {{ attempts: {}, backoff: 1s }} }}] }}",
                self.random.u32(2..5)
            ),
            6 | 7 => {
                let (then, otherwise) = (self.steps(depth - 1), self.steps(depth - 1));
                format!("{{ flux: if, when: domain.total > {n}, then: {then}, else: {otherwise} }}")
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

    /// What a state has beside its children.
    fn parts(&mut self) -> String {
        let mut parts = Vec::new();
        if self.random.bool() {
            parts.push(format!("entry: {}", self.steps(2)));
        }
        if self.random.u8(..3) == 0 {
            parts.push(format!("exit: {}", self.steps(1)));
        }
        let mut events = Vec::new();
        for event in ["CMD_0", "CMD_1", "CMD_2", "EVT_CHAIN_FAIL", "EVT_CHAIN_DONE"] {
            let often = if event.starts_with("CMD") { 2 } else { 6 };
            if self.random.u8(..often) == 0 {
                let steps = if self.random.bool() { format!(", steps: {}", self.steps(2)) } else { String::new() };
                events.push(format!("{event}: {{ to: {}{steps} }}", self.target()));
            }
        }
        parts.push(format!("events: {{ {} }}", events.join(", ")));
        if self.random.u8(..4) == 0 {
            parts.push(format!("after: {{ {}s: {} }}", self.random.u8(1..4), self.target()));
        }
        parts.join(", ")
    }

    fn flow(&mut self) -> String {
        let mut flow = "name: random\nlimit: 150\nexternal: [CMD_0, CMD_1, CMD_2]\n\
                        initialised: [domain.log, domain.total, domain.items, domain.other]\nstates:\n"
            .to_owned();
        let parts: Vec<String> = (0..9).map(|_| self.parts()).collect();
        let _ = write!(
            flow,
            "  S: {{ {} }}\n  C: {{ {}, initial: C0, states: {{ C0: {{ {} }}, C1: {{ {} }} }} }}\n  P:\n    {}\n    regions:\n      \
             L: {{ initial: L0, states: {{ L0: {{ {} }}, L1: {{ {} }} }} }}\n      M: {{ initial: M0, states: {{ M0: {{ {} }}, M1: {{ {} }} }} }}\n  \
             Z: {{ final: true, entry: {} }}\n",
            parts[0],
            parts[1],
            parts[2],
            parts[3],
            parts[4]
                .replace(", events: {", "\n    events: {")
                .replace(", after: {", "\n    after: {")
                .replace(", exit: [", "\n    exit: ["),
            parts[5],
            parts[6],
            parts[7],
            parts[8],
            self.steps(1),
        );
        flow
    }

    fn script(&mut self) -> Vec<Act> {
        let act = |random: &mut fastrand::Rng| match random.u8(..5) {
            0 | 1 => Act::Pass,
            2 => Act::Emit("CMD_0"),
            3 => Act::Emit("CMD_1"),
            _ => Act::Emit("CMD_2"),
        };
        (0..14).map(|_| act(&mut self.random)).collect()
    }
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Emit(&'static str),
    /// Time goes on to when the session goes on by itself.
    Pass,
}

/// What came of it.
#[derive(Debug, PartialEq)]
struct Came {
    /// Whether an event waited when it was moved: what waits on the bus is no part of a position, and comes anew.
    waited: bool,
    did: Vec<String>,
    book: Book,
    states: Vec<String>,
    status: SessionStatus,
    steps: usize,
}

struct Play<'a> {
    definition: &'a Arc<Definition>,
    world: World,
    clock: VirtualClock,
    pool: Books,
    did: Vec<String>,
    steps: usize,
    waited: bool,
}

const MOST_STEPS: usize = 3_000;

impl<'a> Play<'a> {
    fn begin(definition: &'a Arc<Definition>) -> Self {
        let (world, clock) = (World::default(), VirtualClock::new());
        let pool = Self::pool(definition, &world, &clock);
        pool.open("one", Book { items: vec![71, 72, 73], ..Book::default() }).unwrap();
        Self { definition, world, clock, pool, did: Vec::new(), steps: 0, waited: false }
    }

    fn pool(definition: &Arc<Definition>, world: &World, clock: &VirtualClock) -> Books {
        let builder = Sessions::of(&engine(world), Arc::clone(definition)).stepped(7);
        builder.clock(clock.clone()).traced(100_000).start().unwrap()
    }

    fn play(mut self, script: &[Act], pause_at: Option<usize>) -> Came {
        for act in script {
            match act {
                Act::Pass => drop(self.pool.pass_time()),
                Act::Emit(event) => match self.pool.emit("one", *event) {
                    Ok(()) | Err(SessionError::Over { .. } | SessionError::Emit { .. }) => {}
                    Err(other) => panic!("{other}"),
                },
            }
            while self.steps < MOST_STEPS && self.pool.step() {
                self.steps += 1;
                if pause_at == Some(self.steps) {
                    self.moves();
                }
            }
        }
        self.tell();
        let book = self.pool.engine("one").unwrap().snapshot().unwrap().to_context();
        let (states, status) = (self.pool.states("one").unwrap(), self.pool.status("one").unwrap());
        Came { waited: self.waited, did: self.did, book, states, status, steps: self.steps }
    }

    /// The session goes on in another pool, out of a store.
    fn moves(&mut self) {
        self.pool.pause("one").unwrap();
        while self.pool.step() {}
        self.tell();
        let stored = serde_json::to_vec(&self.pool.position("one").unwrap()).unwrap();
        let position: Position = serde_json::from_slice(&stored).unwrap();
        let before = self.pool.close("one").unwrap();
        self.pool = Self::pool(self.definition, &self.world, &self.clock);
        self.pool.restore("one", before.snapshot().unwrap().to_context(), &position).unwrap();
        assert_eq!(serde_json::to_vec(&self.pool.position("one").unwrap()).unwrap(), stored, "taken up and put down");
        while let Some(event) = before.bus().try_next() {
            self.waited = true;
            self.pool.emit("one", event.name.to_string().as_str()).unwrap();
        }
        self.pool.resume("one").unwrap();
        // What was woken before it was paused is looked at anew.
    }

    fn tell(&mut self) {
        let trace = self.pool.trace("one").unwrap();
        for entry in trace.entries() {
            let what = match &entry.what {
                What::Paused | What::Unpaused | What::Resumed | What::Discarded { .. } => continue,
                What::Run { process, role, attempt, ended, .. } => format!("{process} {role:?} {attempt} {ended:?}"),
                // A position does not keep the line by which an error led.
                What::Moved { from, to, .. } => format!("{from:?} -> {to:?}"),
                what => format!("{what:?}"),
            };
            self.did.push(format!("{:?} {what}", entry.at));
        }
    }
}

#[test]
fn paused_anywhere_and_restored_it_does_what_it_would_have_done() {
    let charts = std::env::var("THEUS_CHARTS").ok().and_then(|charts| charts.parse().ok()).unwrap_or(40);
    let (mut played, mut points) = (0, 0);
    for seed in 0.. {
        if played == charts {
            break;
        }
        assert!(seed < 20 * charts + 20, "nearly no chart is one");
        let mut writer = Writer { random: fastrand::Rng::with_seed(seed), next: 0 };
        let (flow, script) = (writer.flow(), writer.script());
        let Ok(builder) = Books::of_text(&engine(&World::default()), "random.yaml", &flow) else { continue };
        let definition = Arc::clone(builder.start().unwrap().definition());
        let whole = Play::begin(&definition).play(&script, None);
        played += 1;
        // Of very many points some.
        let stride = (whole.steps / 120).max(1);
        for pause_at in (1..=whole.steps).step_by(stride) {
            let mut paused = Play::begin(&definition).play(&script, Some(pause_at));
            if paused.waited {
                continue;
            }
            points += 1;
            paused.steps = whole.steps;
            assert!(
                paused == whole,
                "seed {seed}, paused after {pause_at} steps\n{flow}\n{script:?}\n{}",
                difference(&whole, &paused)
            );
        }
    }
    assert!(points > 10 * charts, "{points} points of {charts} charts");
}

fn difference(whole: &Came, paused: &Came) -> String {
    let at = whole.did.iter().zip(&paused.did).position(|(one, other)| one != other);
    let at = at.unwrap_or(whole.did.len().min(paused.did.len()));
    let around = |did: &[String]| did[at.saturating_sub(5)..did.len().min(at + 4)].join("\n  ");
    let rest = |came: &Came| format!("{:?} {:?} {:?}", came.book, came.states, came.status);
    format!(
        "without:\n  {}\n  {}\nwith:\n  {}\n  {}",
        around(&whole.did),
        rest(whole),
        around(&paused.did),
        rest(paused)
    )
}
