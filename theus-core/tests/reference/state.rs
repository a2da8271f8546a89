//! The reference engine itself.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use theus_core::RunError;
use theus_core::signal::{Event, Origin};

use super::audit::{Audit, Finding, Record, Seen};
use super::contracts::{Trace, execute, process};
use crate::programs::{Broken, Call, GatherError, Limits, Refused, RuleSpec, World};

/// Why a run changed nothing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Failure {
    Refused(i64),
    Broken(i64),
    Panicked,
    Blocked,
    /// With the level: A or S.
    Interlocked(char),
    Halted,
    BusFull,
    Conflict,
}

/// The errors of processes, as the reference tells them apart.
pub(crate) trait Declared {
    fn failure(&self) -> Failure;
}

impl Declared for Refused {
    fn failure(&self) -> Failure {
        Failure::Refused(self.0)
    }
}

impl Declared for GatherError {
    fn failure(&self) -> Failure {
        match self {
            Self::Refused(Refused(read)) => Failure::Refused(*read),
            Self::Broken(Broken(read)) => Failure::Broken(*read),
        }
    }
}

impl Declared for std::convert::Infallible {
    fn failure(&self) -> Failure {
        match *self {}
    }
}

impl Failure {
    /// What the engine's error says, in the words of the reference.
    pub(crate) fn of<E: Declared + std::fmt::Debug>(error: &RunError<E>) -> Self {
        match error {
            RunError::Process(error) => error.failure(),
            RunError::Panicked(_) => Self::Panicked,
            RunError::Blocked(_) => Self::Blocked,
            RunError::Interlocked(error) => Self::Interlocked(error.level().as_str().chars().next().unwrap()),
            RunError::Halted(_) => Self::Halted,
            RunError::BusFull { .. } => Self::BusFull,
            RunError::Conflict { .. } => Self::Conflict,
            other => panic!("no program does this: {other:?}"),
        }
    }
}

/// What one run gave.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ran {
    pub result: Result<i64, Failure>,
    pub violations: Vec<Record>,
    pub version: u64,
}

/// An event: its name, and of a signal its path, version and process.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Happened {
    pub name: String,
    pub signal: Option<(String, u64, &'static str)>,
}

impl Happened {
    pub(crate) fn of(event: &Event) -> Self {
        let signal = match event.origin {
            Origin::Signal { path, version, process } => Some((path.to_owned(), version, process)),
            _ => None,
        };
        Self { name: event.name.to_string(), signal }
    }
}

/// Everything there is, behind one mutex.
pub(crate) struct Reference(Mutex<State>);

#[derive(Clone, Debug)]
struct State {
    world: World,
    limits: Limits,
    version: u64,
    /// By field: the version that last wrote it.
    written: BTreeMap<&'static str, u64>,
    queue: VecDeque<Happened>,
    capacity: usize,
    audit: Audit,
    posted: Vec<(i64, i64)>,
}

impl Clone for Reference {
    fn clone(&self) -> Self {
        Self(Mutex::new(self.0.lock().unwrap().clone()))
    }
}

impl Reference {
    pub(crate) fn new(world: World, limits: Limits, rules: &[RuleSpec], capacity: usize) -> Self {
        let (written, queue, posted) = (BTreeMap::new(), VecDeque::new(), Vec::new());
        let audit = Audit::new(rules);
        Self(Mutex::new(State { world, limits, version: 0, written, queue, capacity, audit, posted }))
    }

    /// Copies the domain, runs, checks after the fact, and puts the copy back where anything was wrong.
    pub(crate) fn run(&self, call: &Call) -> Ran {
        let mut state = self.0.lock().unwrap();
        let before = state.world.clone();
        let mut violations = Vec::new();
        let result = state.attempt(call, &mut violations);
        if result.is_err() {
            state.world = before;
        }
        Ran { result, violations, version: state.version }
    }

    /// Takes the oldest event, and puts its signal back to rest unless it was written since.
    pub(crate) fn next_event(&self) -> Option<Happened> {
        let state = &mut *self.0.lock().unwrap();
        let event = state.queue.pop_front()?;
        if let Some((path, raised_by, _)) = &event.signal {
            let world = &mut state.world;
            let (field, raised) = match path.as_str() {
                "domain.sig_alarm" => ("sig_alarm", world.sig_alarm),
                "domain.cmd_move" => ("cmd_move", world.cmd_move.is_some()),
                "domain.sig_note" => ("sig_note", !world.sig_note.is_empty()),
                "domain.tank.sig_spill" => ("tank.sig_spill", world.tank.sig_spill),
                other => panic!("{other} is no signal"),
            };
            if raised && state.written[field] == *raised_by {
                match field {
                    "sig_alarm" => world.sig_alarm = false,
                    "cmd_move" => world.cmd_move = None,
                    "sig_note" => world.sig_note.clear(),
                    _ => world.tank.sig_spill = false,
                }
                state.version += 1;
                state.written.insert(field, state.version);
            }
        }
        Some(event)
    }

    /// An event from outside. Says whether there was room.
    pub(crate) fn emit(&self, name: &str) -> bool {
        let mut state = self.0.lock().unwrap();
        let room = state.queue.len() < state.capacity;
        if room {
            state.queue.push_back(Happened { name: name.to_owned(), signal: None });
        }
        room
    }

    pub(crate) fn put_clock(&self, seconds: i64) {
        self.0.lock().unwrap().audit.now += seconds;
    }

    pub(crate) fn reset_interlock(&self, reason: &str) -> bool {
        self.0.lock().unwrap().audit.reset(reason)
    }

    pub(crate) fn is_latched(&self) -> bool {
        self.0.lock().unwrap().audit.latched
    }

    pub(crate) fn world(&self) -> World {
        self.0.lock().unwrap().world.clone()
    }

    pub(crate) fn version(&self) -> u64 {
        self.0.lock().unwrap().version
    }

    /// The version that last wrote a field.
    pub(crate) fn written(&self, field: &str) -> u64 {
        self.0.lock().unwrap().written.get(field).copied().unwrap_or(0)
    }

    pub(crate) fn waiting(&self) -> usize {
        self.0.lock().unwrap().queue.len()
    }

    pub(crate) fn records(&self) -> Vec<Record> {
        self.0.lock().unwrap().audit.records.clone()
    }

    pub(crate) fn posted(&self) -> Vec<(i64, i64)> {
        self.0.lock().unwrap().posted.clone()
    }
}

impl State {
    fn attempt(&mut self, call: &Call, report: &mut Vec<Record>) -> Result<i64, Failure> {
        if self.audit.latched {
            return Err(Failure::Halted);
        }
        let (name, writes) = process(call);
        let (_, script) = call.arguments();
        let found = self.judge(call, name, false, 0);
        self.settle(found, report)?;

        let trace = Mutex::new(Trace::default());
        let (world, limits) = (&mut self.world, &mut self.limits);
        let ran = catch_unwind(AssertUnwindSafe(|| execute(call, world, limits, &trace)));
        let trace = trace.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        // What was told to the world outside cannot be taken back.
        self.posted.extend(trace.posted.iter().map(|value| (script.run, *value)));
        let output = ran.unwrap_or(Err(Failure::Panicked))?;

        let found = self.judge(call, name, true, trace.local);
        self.settle(found, report)?;
        if !writes {
            return Ok(output);
        }
        let raised = self.raised(&trace);
        if raised.len() > self.capacity.saturating_sub(self.queue.len()) {
            return Err(Failure::BusFull);
        }
        self.version += 1;
        for field in trace.written.keys() {
            self.written.insert(field, self.version);
        }
        for (path, event) in raised {
            self.queue.push_back(Happened { name: event.to_owned(), signal: Some((path, self.version, name)) });
        }
        Ok(output)
    }

    fn judge(&self, call: &Call, process: &str, output_gate: bool, local: i64) -> Vec<Finding> {
        let seen = Seen { weight: call.arguments().0, world: &self.world, limits: &self.limits, local };
        self.audit.judge(process, output_gate, &seen)
    }

    fn settle(&mut self, found: Vec<Finding>, report: &mut Vec<Record>) -> Result<(), Failure> {
        match self.audit.settle(found, report) {
            None => Ok(()),
            Some('B') => Err(Failure::Blocked),
            Some(level) => Err(Failure::Interlocked(level)),
        }
    }

    /// The signals that were written and are raised, in the order of their last writes.
    fn raised(&self, trace: &Trace) -> Vec<(String, &'static str)> {
        let world = &self.world;
        let signals = [
            ("sig_alarm", "EVT_ALARM", world.sig_alarm),
            ("cmd_move", "CMD_MOVE", world.cmd_move.is_some()),
            ("sig_note", "EVT_NOTE", !world.sig_note.is_empty()),
            ("tank.sig_spill", "EVT_SPILL", world.tank.sig_spill),
        ];
        let mut raised: Vec<_> = signals
            .into_iter()
            .filter(|(.., raised)| *raised)
            .filter_map(|(field, event, _)| Some((trace.written.get(field)?, field, event)))
            .collect();
        raised.sort_unstable();
        raised.into_iter().map(|(_, field, event)| (format!("domain.{field}"), event)).collect()
    }
}
