//! Reading the work that runs while a state is active.

use super::code;
use super::diagnostics::Keys;
use super::reading::Reading;
use super::steps::{Body, get};
use crate::context::Shape;
use crate::process::Contract;
use crate::source::{NodePath, Problem, Value};
use crate::workflow::chart::{ArgumentSource, Invoke, OnLeave, Recovery, StateKind, Step, Transition, Trigger};

const EXPECTED: &str = "the name of a process, a map with `run` or `steps`, or a list of them";
/// How much is invoked in a file at most: what is under way is told apart by numbers that are stored.
const MAX_INVOKES: usize = 10_000;
/// What is said of the work beside what it runs.
const OURS: [&str; 3] = ["id", "done", "on_leave"];
/// Of one process.
const OF_RUN: &[&str] = &[
    "run",
    "with",
    "done",
    "on_error",
    "on_leave",
    "id",
    "retry",
    "restart",
    "timeout",
    "compensate",
    "name",
    "steps",
];
const OF_STEPS: &[&str] = &["id", "steps", "result", "done", "on_error", "on_leave"];

/// What is invoked, as it was read.
struct Work {
    steps: Vec<Step>,
    on_error: Vec<Recovery>,
    /// What its end brings along, and the shape of that.
    result: Option<(ArgumentSource, Shape)>,
    is_implied: bool,
}

impl<'a> Reading<'a> {
    /// `invoke`: one, or several in a list. What is done when they end are ways of the state.
    pub(super) fn invokes(
        &mut self,
        value: &'a Value,
        at: &NodePath,
        of: &str,
        transitions: &mut Vec<Transition>,
    ) -> Vec<Invoke> {
        let here = at.key("invoke");
        let mut invokes: Vec<Invoke> = Vec::new();
        let all: Vec<(NodePath, NodePath, &Value)> = match value {
            Value::Null => Vec::new(),
            Value::Sequence(list) => {
                list.iter().enumerate().map(|(index, value)| (here.index(index), here.index(index), value)).collect()
            }
            _ => vec![(here, at.at_key("invoke"), value)],
        };
        let before = self.invoked;
        self.invoked = before.saturating_add(all.len());
        if self.invoked > MAX_INVOKES {
            // Told once.
            if before <= MAX_INVOKES {
                self.diagnostics.error(code::TOO_MUCH, || {
                    Problem::new(at.at_key("invoke"), format!("a workflow invokes at most {MAX_INVOKES} things"))
                        .help("run what belongs together as the `steps` of one `invoke`")
                });
            }
            return invokes;
        }
        for (place, (at, key, value)) in (0..).zip(all) {
            let Some(invoke) = self.invoke(value, &at, &key, of, place, transitions) else { continue };
            if let Some(first) = invokes.iter().find(|other| other.id == invoke.id) {
                let (id, first) = (invoke.id.clone(), self.sites.at(&first.place));
                self.diagnostics.error(code::TWICE, || {
                    Problem::new(key, format!("{of} invokes `{id}` twice"))
                        .help("tell them apart: give each an `id`")
                        .other("the one before it", first)
                });
            }
            invokes.push(invoke);
        }
        invokes
    }

    fn invoke(
        &mut self,
        value: &'a Value,
        at: &NodePath,
        key: &NodePath,
        of: &str,
        place: u32,
        transitions: &mut Vec<Transition>,
    ) -> Option<Invoke> {
        let what = format!("what {of} invokes");
        let body = match value {
            Value::Text(name) => {
                let steps = vec![Step::Run(Box::new(self.run_named(name, at)?))];
                let place = self.sites.place(key);
                let (result, on_error, on_leave) = (None, Vec::new(), OnLeave::default());
                let (is_looked_at, is_implied, id) = (false, false, name.clone());
                return Some(Invoke { id, steps, result, is_looked_at, is_implied, on_error, on_leave, place });
            }
            Value::Mapping(_) => self.diagnostics.entries(value, at, &what, (Keys::Parts, EXPECTED))?,
            _ => {
                self.diagnostics.lost_steps = true;
                self.diagnostics.wrong_kind(value, at, &what, EXPECTED);
                return None;
            }
        };
        let work = self.invoked_steps(&body, at, of);
        let mut is_looked_at = false;
        if let Some(value) = get(&body, "done") {
            let (at, key) = (at.key("done"), at.at_key("done"));
            self.done = work.as_ref().and_then(|work| Some(work.result.as_ref()?.1.clone()));
            // Where the work itself is wrong, nobody knows what it brings.
            self.done = self.done.take().or(work.is_none().then_some(Shape::Opaque));
            self.looks_at_event = false;
            self.candidates(value, &at, &key, "the target of `done`", &Trigger::Invoked(place), transitions);
            self.done = None;
            is_looked_at = self.looks_at_event;
        }
        let on_leave = get(&body, "on_leave").and_then(|value| self.on_leave(value, &at.key("on_leave")));
        let id = get(&body, "id").map(|value| self.invoke_id(value, &at.key("id")));
        let Work { steps, on_error, result, is_implied } = work?;
        let first = || steps.iter().flat_map(Step::runs).map(|run| run.contract.process).next();
        let id = id.unwrap_or_else(|| first().map(str::to_owned))?;
        let (result, on_leave) = (result.map(|(result, _)| result), on_leave.unwrap_or_default());
        Some(Invoke { id, steps, result, is_looked_at, is_implied, on_error, on_leave, place: self.sites.place(key) })
    }

    fn invoked_steps(&mut self, body: &Body<'a>, at: &NodePath, of: &str) -> Option<Work> {
        let Some(value) = get(body, "steps") else {
            let is_run = get(body, "run").is_some();
            let own = |key: &str| OURS.contains(&key);
            let before = self.diagnostics.errors.len();
            self.diagnostics.only_keys(body, at, format!("what {of} invokes"), OF_RUN);
            let is_known = |key: &str| OF_RUN.contains(&key) && !own(key);
            let run: Vec<(&'a str, &'a Value)> = body.iter().filter(|(key, _)| is_known(key)).copied().collect();
            if !is_run {
                self.diagnostics.lost_steps = true;
                if self.diagnostics.errors.len() == before {
                    self.diagnostics.error(code::STEP, || {
                        Problem::new(at.clone(), format!("what {of} invokes does not say what it runs"))
                            .help("write `run: process`, or `steps: [..]`")
                    });
                }
                return None;
            }
            let run = self.run_of(&run, at, of, false);
            self.diagnostics.lost_steps |= run.is_none();
            let mut run = run?;
            // Nobody else could hear of it.
            let result = get(body, "done").and_then(|_| self.gives_itself(&mut run));
            let is_implied = result.is_some();
            return Some(Work { steps: vec![Step::Run(Box::new(run))], on_error: Vec::new(), result, is_implied });
        };
        self.diagnostics.only_keys(body, at, format!("what {of} invokes"), OF_STEPS);
        let before = self.diagnostics.errors.len();
        let names = self.items.len();
        let steps = self.open_chain(value, &at.key("steps"), of);
        let result = get(body, "result").map(|value| self.invoke_result(value, body, at));
        self.items.truncate(names);
        let mut contracts: Vec<&'static Contract> = steps.iter().flat_map(Step::runs).map(|run| run.contract).collect();
        contracts.sort_by_key(|contract| contract.process);
        contracts.dedup_by_key(|contract| contract.process);
        let on_error = get(body, "on_error")
            .map(|value| self.recoveries(value, &contracts, &at.key("on_error"), &format!("what {of} invokes")));
        if contracts.is_empty() {
            if self.diagnostics.errors.len() == before {
                self.diagnostics.error(code::STEP, || {
                    Problem::new(at.key("steps"), format!("what {of} invokes has no process to run"))
                });
            }
            return None;
        }
        let result = match result {
            None => None,
            Some(result) => Some(result?),
        };
        Some(Work { steps, on_error: on_error.unwrap_or_default(), result, is_implied: false })
    }

    /// What the end of several steps brings along.
    fn invoke_result(&mut self, value: &'a Value, body: &Body<'a>, at: &NodePath) -> Option<(ArgumentSource, Shape)> {
        if get(body, "done").is_none() {
            self.diagnostics.error(code::STEP, || {
                Problem::new(at.at_key("result"), "nobody would hear of this `result`").help(
                    "`done` has it as `event`: write where the end of the work leads, `done: { to: .., when: .. }`",
                )
            });
            return None;
        }
        let source = self.result(value, &at.key("result"))?;
        let shape = Self::shape_of(&source);
        Some((source, shape))
    }

    /// A name of the file's own.
    fn invoke_id(&mut self, value: &'a Value, at: &NodePath) -> Option<String> {
        let id = self.diagnostics.text(value, at, "`id`", "a name")?;
        if id.trim().is_empty() || self.is_too_long(id, at) {
            self.diagnostics.error(code::NOT_A_NAME, || Problem::new(at.clone(), "`id` is no name"));
            return None;
        }
        Some(id.to_owned())
    }

    fn on_leave(&mut self, value: &'a Value, at: &NodePath) -> Option<OnLeave> {
        match self.diagnostics.text(value, at, "`on_leave`", "`undo` or `keep`")? {
            "undo" => Some(OnLeave::Undo),
            "keep" => Some(OnLeave::Keep),
            other => {
                self.diagnostics.error(code::STEP, || {
                    Problem::new(at.clone(), format!("there is no `on_leave: {other}`"))
                        .suggest(other, ["undo", "keep"])
                });
                None
            }
        }
    }

    /// Whether the state can have work of its own.
    pub(super) fn invokes_of_kind(&mut self, kind: &StateKind, invokes: &[Invoke], at: &NodePath, what: &str) {
        if !invokes.is_empty() && matches!(kind, StateKind::Final { .. }) {
            self.diagnostics.error(code::FINAL, || {
                Problem::new(at.at_key("invoke"), format!("{what} is final, and has `invoke`"))
                    .label("nothing runs on in a final state")
                    .help("write it into the state before, or as `entry`")
            });
        }
    }
}
