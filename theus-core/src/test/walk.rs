//! Going through a workflow at random.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use serde_json::Value as Json;
use thiserror::Error as TypedError;

use super::coverage::Coverage;
use crate::context::Context;
use crate::workflow::{Progress, VirtualClock, WorkflowError, WorkflowManager};

/// Goes through a workflow by events at random and by times that pass at once, session by session, and tells what of it was reached.
///
/// ```
/// use serde_json::json;
/// use theus_core::prelude::*;
/// use theus_core::test::Walk;
///
/// # #[derive(Clone, Default, Context)]
/// # struct Order { total: i64, paid: i64 }
/// # #[derive(Debug, thiserror::Error)]
/// # #[error("declined")]
/// # struct Declined;
/// # #[process(updates = [domain.paid], errors = [Declined])]
/// # fn charge(ctx: Ctx<Order>, amount: i64) -> Result<(), Declined> {
/// #     if amount > 100 { return Err(Declined); }
/// #     *ctx.domain.paid += amount;
/// #     Ok(())
/// # }
/// const FLOW: &str = r#"
/// external: [CMD_PAY, CMD_CLOSE]
/// states:
///   OPEN:
///     events: { CMD_PAY: { steps: { run: charge, with: { amount: "${ event.amount }" }, on_error: { Declined: LATE } } }, CMD_CLOSE: CLOSED }
///     after: { 30m: LATE }
///   LATE: { events: { CMD_PAY: OPEN } }
///   CLOSED: { final: true }
/// "#;
///
/// let coverage = Walk::new(|clock| {
///     let engine = Engine::builder(Order::default()).process::<Charge>().build()?;
///     Ok(WorkflowManager::from_text(&engine, "order.yaml", FLOW)?.clock(clock))
/// })
/// .event("CMD_PAY", |random| json!({ "amount": random.below(150) }))
/// .event("CMD_CLOSE", |_| json!(null))
/// .holds("what is paid is not negative", |order: &Order| order.paid >= 0)
/// .run(50, 7)?;
/// assert!(coverage.is_whole(), "{coverage}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// What it finds is a [`WalkError`] with the shortest steps that it has found to lead there, and the same seed finds it again. Async
/// steps are waited for without a runtime: give it effects that answer by themselves.
pub struct Walk<'a, D: Context, G: Context, E> {
    begin: Box<Begin<'a, D, G, E>>,
    events: Vec<(&'a str, Box<Payload<'a>>)>,
    holds: Vec<(&'a str, Box<Holds<'a, D>>)>,
    length: usize,
}

type Begin<'a, D, G, E> = dyn FnMut(VirtualClock) -> Result<WorkflowManager<D, G, E>, Box<dyn Error>> + 'a;
type Payload<'a> = dyn Fn(&mut Random) -> Json + 'a;
type Holds<'a, D> = dyn Fn(&D) -> bool + 'a;

/// What comes by chance, and is the same for the same seed.
#[derive(Debug)]
pub struct Random(fastrand::Rng);

impl Random {
    /// From 0 up to, and without, `end`; 0 where that is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        if end == 0 { 0 } else { self.0.u64(..end) }
    }

    /// One in so many times.
    pub fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

/// One step of a walk.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Step {
    /// An event came.
    Event {
        /// Which.
        name: String,
        /// What it brought along.
        payload: Json,
    },
    /// Time went on to when the next timer was due.
    Time,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event { name, payload } if payload.is_null() => f.write_str(name),
            Self::Event { name, payload } => write!(f, "{name} {payload}"),
            Self::Time => f.write_str("(time)"),
        }
    }
}

/// What a walk has found.
#[derive(Debug, TypedError)]
#[non_exhaustive]
pub enum WalkError {
    /// A session could not begin.
    #[error("the session does not begin: {0}")]
    Begin(Box<dyn Error>),
    /// What is said to hold does not.
    #[error("seed {seed}: \"{what}\" does not hold after {}", written(steps))]
    Broken {
        /// What.
        what: String,
        /// The seed that finds it.
        seed: u64,
        /// What leads there.
        steps: Vec<Step>,
    },
    /// A step awaits something that does not come, however often it is polled, and no time of the workflow ends it.
    #[error("seed {seed}: `{process}` awaits what does not come after {}", written(steps))]
    Stuck {
        /// The process of the step.
        process: String,
        /// The seed that finds it.
        seed: u64,
        /// What leads there.
        steps: Vec<Step>,
    },
    /// The workflow could not handle something as its file says.
    #[error("seed {seed}: {source} after {}", written(steps))]
    Workflow {
        /// What went wrong.
        source: Box<WorkflowError>,
        /// The seed that finds it.
        seed: u64,
        /// What leads there.
        steps: Vec<Step>,
    },
}

fn written(steps: &[Step]) -> String {
    let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
    if steps.is_empty() { "the start".to_owned() } else { steps.join(", ") }
}

/// How one session went wrong.
enum Found {
    Broken(usize),
    Workflow(Box<WorkflowError>),
    Stuck(String),
}

/// How often an async step is polled before time goes on to the end of its `timeout`; one that has none is stuck after twice as often.
const LONGEST_POLLS: u32 = 10_000;

impl<'a, D: Context, G: Context, E: Send + Sync + 'static> Walk<'a, D, G, E> {
    /// Each session begins with what this gives, by this clock.
    pub fn new(begin: impl FnMut(VirtualClock) -> Result<WorkflowManager<D, G, E>, Box<dyn Error>> + 'a) -> Self {
        Self { begin: Box::new(begin), events: Vec::new(), holds: Vec::new(), length: 40 }
    }

    /// An event that may come, and what it brings along.
    #[must_use]
    pub fn event(mut self, name: &'a str, payload: impl Fn(&mut Random) -> Json + 'a) -> Self {
        self.events.push((name, Box::new(payload)));
        self
    }

    /// What holds whenever the session has nothing to do.
    #[must_use]
    pub fn holds(mut self, what: &'a str, holds: impl Fn(&D) -> bool + 'a) -> Self {
        self.holds.push((what, Box::new(holds)));
        self
    }

    /// How many steps each session makes at most: 40 where not given.
    #[must_use]
    pub const fn length(mut self, steps: usize) -> Self {
        self.length = steps;
        self
    }

    /// Walks through so many sessions.
    ///
    /// # Errors
    /// [`WalkError`]: what it has found.
    pub fn run(mut self, sessions: u64, seed: u64) -> Result<Coverage, WalkError> {
        let mut coverage = None;
        for session in 0..sessions {
            let mut random = Random(fastrand::Rng::with_seed(seed.wrapping_add(session)));
            let steps: Vec<Step> = (0..self.length).map(|_| self.step(&mut random)).collect();
            let (made, found) = self.play(&steps, &mut coverage)?;
            if let Some(found) = found {
                let steps = steps.get(..made).unwrap_or_default().to_vec();
                let (steps, found) = self.shortest(steps, found)?;
                return Err(match found {
                    Found::Broken(place) => {
                        let what = self.holds.get(place).map(|(what, _)| (*what).to_owned()).unwrap_or_default();
                        WalkError::Broken { what, seed, steps }
                    }
                    Found::Workflow(source) => WalkError::Workflow { source, seed, steps },
                    Found::Stuck(process) => WalkError::Stuck { process, seed, steps },
                });
            }
        }
        match coverage {
            Some(coverage) => Ok(coverage),
            None => {
                let flow = (self.begin)(VirtualClock::new()).map_err(WalkError::Begin)?;
                Ok(Coverage::of(flow.definition(), &flow.engine().recipe_in_force()))
            }
        }
    }

    fn step(&self, random: &mut Random) -> Step {
        let place = usize::try_from(random.below(self.events.len() as u64)).unwrap_or_default();
        match self.events.get(place) {
            Some((name, payload)) if !random.one_in(4) => {
                Step::Event { name: (*name).to_owned(), payload: payload(random) }
            }
            _ => Step::Time,
        }
    }

    /// Plays the steps in a session of their own: how many of them were made, and what went wrong.
    fn play(&mut self, steps: &[Step], coverage: &mut Option<Coverage>) -> Result<(usize, Option<Found>), WalkError> {
        let clock = VirtualClock::new();
        let mut flow = (self.begin)(clock.clone()).map_err(WalkError::Begin)?.traced(usize::from(u16::MAX));
        let recorded = flow.engine().audit_records().last().map_or(0, |record| record.sequence);
        let mut left = None;
        let mut found = self.rest(&mut flow, &clock, &mut left);
        let mut made = 0;
        for step in steps {
            if found.is_some() || !matches!(flow.status(), crate::workflow::Status::Running) {
                break;
            }
            made += 1;
            match step {
                Step::Event { name, payload } if payload.is_null() => drop(flow.emit(name)),
                Step::Event { name, payload } => drop(flow.emit_with(name, payload.clone())),
                Step::Time => {
                    if let Some(left) = left {
                        clock.advance(left);
                    }
                }
            }
            found = self.rest(&mut flow, &clock, &mut left);
        }
        let engine = flow.engine();
        let known = coverage.get_or_insert_with(|| Coverage::of(flow.definition(), &engine.recipe_in_force()));
        // Those of earlier sessions too, where all of them are of one engine.
        let records = engine.audit_records();
        let new = records.iter().filter(|record| record.sequence > recorded).filter_map(|record| record.violation());
        known.add(flow.definition(), flow.trace(), &new.cloned().collect::<Vec<_>>());
        Ok((made, found))
    }

    /// Goes on until there is nothing to do but wait; what there is to wait for.
    fn rest(
        &self,
        flow: &mut WorkflowManager<D, G, E>,
        clock: &VirtualClock,
        left: &mut Option<Duration>,
    ) -> Option<Found> {
        let mut polls = 0;
        loop {
            *left = match flow.advance() {
                Ok(Progress::Stepped | Progress::Handled(_)) => continue,
                Ok(Progress::Retries { left }) => {
                    clock.advance(left);
                    continue;
                }
                Ok(Progress::Awaits { left }) => {
                    polls += 1;
                    match left.filter(|_| polls >= LONGEST_POLLS) {
                        Some(left) => clock.advance(left),
                        None => std::thread::yield_now(),
                    }
                    if polls > 2 * LONGEST_POLLS {
                        return Some(Found::Stuck(flow.next_process().unwrap_or("a step").to_owned()));
                    }
                    continue;
                }
                Ok(Progress::Idle { left } | Progress::Working { left }) => left,
                Ok(_) => None,
                Err(error) => return Some(Found::Workflow(Box::new(error))),
            };
            break;
        }
        let state = flow.engine().snapshot().ok()?.to_context();
        self.holds.iter().position(|(_, holds)| !holds(&state)).map(Found::Broken)
    }

    /// Leaves out what can be left out: the half of the steps, a quarter and so on down to one, as long as there is any.
    fn shortest(&mut self, mut steps: Vec<Step>, mut found: Found) -> Result<(Vec<Step>, Found), WalkError> {
        let mut size = steps.len();
        while size > 0 {
            let mut place = 0;
            let mut is_shorter = false;
            while place + size <= steps.len() {
                let mut fewer = steps.clone();
                drop(fewer.drain(place..place + size));
                let (made, again) = self.play(&fewer, &mut None)?;
                match again.filter(|again| found.is_like(again)) {
                    None => place += 1,
                    Some(again) => {
                        fewer.truncate(made);
                        (steps, found, is_shorter) = (fewer, again, true);
                    }
                }
            }
            // What was needed beside it may not be any more; of few steps each number of them is tried.
            size = match size {
                _ if is_shorter => steps.len(),
                ..=8 => size - 1,
                _ => size / 2,
            };
        }
        Ok((steps, found))
    }
}

impl Found {
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Broken(one), Self::Broken(other)) => one == other,
            (Self::Stuck(one), Self::Stuck(other)) => one == other,
            (one, other) => matches!((one, other), (Self::Workflow(_), Self::Workflow(_))),
        }
    }
}

impl<D: Context, G: Context, E> fmt::Debug for Walk<'_, D, G, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let events: Vec<&str> = self.events.iter().map(|(name, _)| *name).collect();
        f.debug_struct("Walk").field("events", &events).field("length", &self.length).finish_non_exhaustive()
    }
}
