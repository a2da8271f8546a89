//! A till: its domain, its processes, the world outside, its workflow.

use std::collections::{HashMap, HashSet};
use std::future::{pending, poll_fn};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use theus_core::prelude::*;
use theus_core::workflow::Sessions;

/// What one committed run of a process changes.
pub(super) const PUT: i64 = 3;
pub(super) const TAKE: i64 = 5;
pub(super) const CAPACITY: usize = 6;
pub(super) const LIMIT: usize = 40;

#[derive(Clone, Debug, Default, PartialEq, Context)]
pub(super) struct Till {
    pub(super) id: u64,
    pub(super) balance: i64,
    pub(super) level: i64,
    /// The numbers of the signals that were raised, and of those that were heard.
    pub(super) raised: Vec<u64>,
    pub(super) heard: Vec<u64>,
    pub(super) sig_echo: Option<u64>,
}

/// The world outside: what it has seen goes to nobody but the check.
#[derive(Clone, Default)]
pub(super) struct Outside(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    /// The process that each session is inside of.
    inside: HashMap<u64, &'static str>,
    tries: HashMap<u64, u32>,
    /// Signals that were raised by a run from outside, and not by a step of the session's own workflow.
    from_outside: HashSet<u64>,
    /// Signals whose chain was interrupted by a restart: it counts as failed.
    interrupted: HashSet<u64>,
    wrong: Vec<String>,
}

impl Outside {
    pub(super) fn wrong(&self, what: String) {
        self.0.lock().unwrap().wrong.push(what);
    }

    pub(super) fn take_wrong(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().wrong)
    }

    pub(super) fn interrupt(&self, number: u64) {
        self.0.lock().unwrap().interrupted.insert(number);
    }

    pub(super) fn raises(&self, number: u64) {
        self.0.lock().unwrap().from_outside.insert(number);
    }

    /// In the order in which they are heard where nothing comes between: what the workflow's own steps raise and what is
    /// raised from outside are two lines, and each is heard in its order.
    pub(super) fn lines(&self, signals: &[u64]) -> [Vec<u64>; 2] {
        let seen = self.0.lock().unwrap();
        let (outside, own) = signals.iter().partition(|number| seen.from_outside.contains(number));
        [own, outside]
    }

    /// The signals that are to be heard, of those that were raised.
    pub(super) fn to_be_heard(&self, raised: &[u64]) -> Vec<u64> {
        let seen = self.0.lock().unwrap();
        raised.iter().copied().filter(|number| !seen.interrupted.contains(number)).collect()
    }

    /// Nobody else may be inside this session.
    fn enter(&self, id: u64, process: &'static str) -> Inside {
        let mut seen = self.0.lock().unwrap();
        if let Some(other) = seen.inside.insert(id, process) {
            seen.wrong.push(format!("`{process}` and `{other}` of session {id} at once"));
        }
        Inside { outside: self.clone(), id }
    }

    /// How often it was tried with this number, this time included.
    fn tried(&self, number: u64) -> u32 {
        let mut seen = self.0.lock().unwrap();
        let tries = seen.tries.entry(number).or_default();
        *tries += 1;
        *tries
    }
}

struct Inside {
    outside: Outside,
    id: u64,
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.outside.0.lock().unwrap().inside.remove(&self.id);
    }
}

pub(super) struct Ports {
    pub(super) outside: Outside,
}

pub(super) type App = Ctx<Till, (), Ports>;
pub(super) type TillEngine = Engine<Till, (), Ports>;
pub(super) type Tills = Sessions<Till, (), Ports>;

#[derive(Debug, thiserror::Error)]
#[error("not enough: {0}")]
pub(super) struct Empty(i64);

#[derive(Debug, thiserror::Error)]
#[error("busy")]
pub(super) struct Busy;

#[process(inputs = [domain.id, domain.balance], outputs = [domain.balance], effects = [outside])]
fn put(ctx: App) {
    let _inside = ctx.effects.outside.enter(*ctx.domain.id, "put");
    *ctx.domain.balance += PUT;
}

#[process(inputs = [domain.id, domain.balance], outputs = [domain.balance], effects = [outside], errors = [Empty])]
fn take(ctx: App) -> Result<(), Empty> {
    let _inside = ctx.effects.outside.enter(*ctx.domain.id, "take");
    *ctx.domain.balance -= TAKE;
    if *ctx.domain.balance < 0 { Err(Empty(*ctx.domain.balance)) } else { Ok(()) }
}

#[process(inputs = [domain.id, domain.balance], outputs = [domain.balance], effects = [outside])]
fn give_back(ctx: App) {
    let _inside = ctx.effects.outside.enter(*ctx.domain.id, "give_back");
    *ctx.domain.balance += TAKE;
}

/// It writes, and then fails: what it wrote is gone.
#[process(inputs = [domain.id, domain.balance], outputs = [domain.balance], effects = [outside])]
fn burst(ctx: App) {
    let _inside = ctx.effects.outside.enter(*ctx.domain.id, "burst");
    *ctx.domain.balance += 1_000;
    std::panic::resume_unwind(Box::new("burst"));
}

/// Busy for a while: how often, follows from the number.
#[process(inputs = [domain.id, domain.balance], outputs = [domain.balance], effects = [outside], errors = [Busy])]
fn flaky(ctx: App, number: u64) -> Result<(), Busy> {
    let _inside = ctx.effects.outside.enter(*ctx.domain.id, "flaky");
    *ctx.domain.balance += PUT;
    if u64::from(ctx.effects.outside.tried(number)) <= number % 5 { Err(Busy) } else { Ok(()) }
}

#[process(inputs = [domain.id, domain.raised], outputs = [domain.raised, domain.sig_echo], effects = [outside])]
pub(super) fn raise(ctx: App, number: u64) {
    let _inside = ctx.effects.outside.enter(*ctx.domain.id, "raise");
    ctx.domain.raised.push(number);
    ctx.domain.sig_echo.set(Some(number));
}

/// No signal is heard before its commit, and each is heard once, in order; what the workflow's own steps have raised comes
/// before what was raised from outside.
#[process(inputs = [domain.id, domain.raised, domain.heard], outputs = [domain.heard], effects = [outside])]
fn hear(ctx: App, number: u64) {
    let outside = &ctx.effects.outside;
    let _inside = outside.enter(*ctx.domain.id, "hear");
    let to_be_heard = outside.to_be_heard(&ctx.domain.raised);
    let waiting: Vec<u64> = to_be_heard.into_iter().filter(|number| !ctx.domain.heard.contains(number)).collect();
    let [own, from_outside] = outside.lines(&waiting);
    if own.first().or(from_outside.first()) != Some(&number) {
        let id = *ctx.domain.id;
        outside.wrong(format!("session {id} heard {number} while {own:?} of its own and {from_outside:?} waited"));
    }
    ctx.domain.heard.push(number);
}

/// Blocked by the recipe from 5 on.
#[process(inputs = [domain.id], outputs = [domain.level], effects = [outside])]
fn lift(ctx: App, number: u64) {
    let _inside = ctx.effects.outside.enter(*ctx.domain.id, "lift");
    ctx.domain.level.set((number % 9).cast_signed());
}

/// Ends the session, by the recipe.
#[process(inputs = [domain.id], outputs = [domain.level], effects = [outside])]
fn doom(ctx: App) {
    let _inside = ctx.effects.outside.enter(*ctx.domain.id, "doom");
    ctx.domain.level.set(9);
}

/// Latches the interlock, by the recipe.
#[process(inputs = [domain.id], outputs = [domain.level], effects = [outside])]
fn alarm(ctx: App) {
    let _inside = ctx.effects.outside.enter(*ctx.domain.id, "alarm");
    ctx.domain.level.set(9);
}

/// Never ends by itself.
#[process(inputs = [domain.id, domain.balance], outputs = [domain.balance], effects = [outside])]
async fn nap(ctx: App) {
    let _inside = ctx.effects.outside.enter(*ctx.domain.id, "nap");
    *ctx.domain.balance += 1_000;
    pending::<()>().await;
}

/// Awaits three times.
#[process(inputs = [domain.id, domain.balance], outputs = [domain.balance], effects = [outside])]
async fn think(ctx: App) {
    let _inside = ctx.effects.outside.enter(*ctx.domain.id, "think");
    *ctx.domain.balance += PUT;
    let mut left = 3;
    poll_fn(|task| {
        task.waker().wake_by_ref();
        left -= 1;
        if left == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

const RECIPE: &str = "process_recipes:
  lift: { outputs: [ { field: domain.level, max: 4, level: B } ] }
  doom: { outputs: [ { field: domain.level, max: 4, level: A } ] }
  alarm: { outputs: [ { field: domain.level, max: 4, level: S } ] }
";

pub(super) fn engine() -> (TillEngine, Outside) {
    let outside = Outside::default();
    let engine = Engine::builder(Till::default())
        .effects(Ports { outside: outside.clone() })
        .process::<Put>()
        .process::<Take>()
        .process::<GiveBack>()
        .process::<Burst>()
        .process::<Flaky>()
        .process::<Raise>()
        .process::<Hear>()
        .process::<Lift>()
        .process::<Doom>()
        .process::<Alarm>()
        .process::<Nap>()
        .process::<Think>()
        .signal_capacity(CAPACITY)
        .recipe("audit.yaml", RECIPE)
        .unwrap()
        .build()
        .unwrap();
    (engine, outside)
}

/// The events that bring a number along.
pub(super) const EVENTS: [&str; 13] = [
    "CMD_PUT",
    "CMD_TAKE",
    "CMD_MOVE",
    "CMD_BURST",
    "CMD_FLAKY",
    "CMD_RAISE",
    "CMD_LIFT",
    "CMD_NAP",
    "CMD_THINK",
    "CMD_WAIT",
    "CMD_SPIN",
    "CMD_TRY",
    "CMD_UNKNOWN_HERE",
];

pub(super) const FLOW: &str = r#"
name: till
initial: WORK
limit: 40
external: [CMD_PUT, CMD_TAKE, CMD_MOVE, CMD_BURST, CMD_FLAKY, CMD_RAISE, CMD_LIFT, CMD_DOOM, CMD_ALARM, CMD_NAP, CMD_THINK,
  CMD_WAIT, CMD_SPIN, CMD_TRY, CMD_UNKNOWN_HERE, CMD_URGENT, CMD_END]
initialised: [domain.id, domain.balance, domain.level, domain.raised, domain.heard]
states:
  WORK:
    initial: OPEN
    events:
      CMD_PUT: { steps: put }
      CMD_URGENT: { steps: [put, put] }
      CMD_TAKE: { steps: take }
      CMD_MOVE:                                # what it took is given back, for the second step fails
        - { when: "domain.balance > 20", steps: [ { run: take, compensate: give_back }, burst ] }
        - { steps: [ put, { run: take, compensate: give_back }, { run: take, compensate: give_back } ] }
      CMD_BURST: { steps: burst }
      CMD_FLAKY:
        steps:
          - run: flaky
            with: { number: "${ event.number }" }
            retry: { attempts: 3, backoff: 100ms, longest: 1s, on: [Busy] }
      CMD_RAISE: { steps: { run: raise, with: { number: "${ event.number }" } } }
      CMD_LIFT: { steps: { run: lift, with: { number: "${ event.number }" } } }
      CMD_DOOM: { steps: doom }
      CMD_ALARM: { steps: alarm }
      CMD_SPIN: { steps: { flux: while, when: "true", do: [put] } }
      CMD_TRY: { steps: [ { run: take, compensate: give_back, on_error: { Empty: WAITING } }, { run: flaky, with: { number: "${ event.number }" } } ] }
      CMD_END: DONE
      EVT_ECHO: { steps: { run: hear, with: { number: "${ event }" } } }
    on_error: { Empty: POOR, Busy: WAITING }
    states:
      OPEN:
        events: { CMD_NAP: NAPPING, CMD_THINK: THINKING, CMD_WAIT: WAITING, EVT_CHAIN_FAIL: { steps: put } }
      NAPPING:
        entry: [ { run: take, compensate: give_back, on_error: { Empty: OPEN } }, { run: nap, timeout: 5s, on_error: { Timeout: OPEN } } ]
        events: { EVT_CHAIN_DONE: OPEN, EVT_CHAIN_FAIL: OPEN }
      THINKING:
        entry: think
        exit: put
        events: { EVT_CHAIN_DONE: OPEN, EVT_CHAIN_FAIL: OPEN }
      WAITING:
        events: { CMD_PUT: OPEN }
        after: { 30s: OPEN }
      POOR:
        entry: [put, put]
        always: { when: "domain.balance > 4", to: OPEN }
        after: { 2m: OPEN }
  DONE: { final: true, result: "${ domain.balance }" }
"#;
