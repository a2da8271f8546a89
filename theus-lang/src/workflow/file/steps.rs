//! Reading chains of steps.

use std::collections::BTreeMap;

use super::code;
use super::diagnostics::Keys;
use super::foreign::ours;
use super::python::Difference;
use super::reading::Reading;
use crate::audit::ProcessEntry;
use crate::context::Shape;
use crate::source::{NodePath, Problem, Value, did_you_mean};
use crate::workflow::chart::{Run, Step};

/// How deep steps may be nested.
const MAX_DEPTH: usize = 16;
/// How many processes run side by side at most.
const MAX_PARALLEL: usize = 10_000;
/// What says what kind of step it is.
const KINDS: [&str; 3] = ["run", "flux", "parallel"];
const FLUXES: [&str; 4] = ["run", "if", "while", "for_each"];
const EXPECTED: &str = "the name of a process, a step, or a list of them";

pub(super) type Body<'a> = [(&'a str, &'a Value)];

pub(super) fn get<'a>(body: &Body<'a>, key: &str) -> Option<&'a Value> {
    body.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
}

/// Whether a key of a step is one of a state.
fn is_misplaced(key: &str) -> bool {
    matches!(
        key,
        "events"
            | "always"
            | "after"
            | "at"
            | "every"
            | "cron"
            | "done"
            | "invoke"
            | "entry"
            | "exit"
            | "final"
            | "states"
            | "regions"
    )
}

/// Whether a key is anywhere in a value.
fn mentions(value: &Value, key: &str) -> bool {
    match value {
        Value::Mapping(map) => map.iter().any(|(name, value)| name.as_str() == Some(key) || mentions(value, key)),
        Value::Sequence(list) => list.iter().any(|value| mentions(value, key)),
        _ => false,
    }
}

impl<'a> Reading<'a> {
    /// A chain: a step or a list of them.
    pub(super) fn chain(&mut self, value: &'a Value, at: &NodePath, of: &str) -> Vec<Step> {
        let names = self.items.len();
        let steps = self.open_chain(value, at, of);
        self.items.truncate(names);
        steps
    }

    /// A chain, whose names mean something after it too.
    pub(super) fn open_chain(&mut self, value: &'a Value, at: &NodePath, of: &str) -> Vec<Step> {
        let mut steps = Vec::new();
        self.steps(value, at, of, 1, &mut steps);
        steps
    }

    fn steps(&mut self, value: &'a Value, at: &NodePath, of: &str, depth: usize, steps: &mut Vec<Step>) {
        if depth > MAX_DEPTH {
            self.diagnostics.lost_steps = true;
            self.diagnostics.error(code::TOO_MUCH, || {
                Problem::new(at.clone(), format!("steps are nested deeper than {MAX_DEPTH}"))
                    .help("make a state, or a process, of the inner ones")
            });
            return;
        }
        match value {
            Value::Null => {}
            Value::Sequence(list) => {
                for (index, value) in list.iter().enumerate() {
                    self.step(value, &at.index(index), of, depth, steps);
                }
            }
            _ => self.step(value, at, of, depth, steps),
        }
    }

    fn step(&mut self, value: &'a Value, at: &NodePath, of: &str, depth: usize, steps: &mut Vec<Step>) {
        let before = self.diagnostics.errors.len();
        match value {
            Value::Text(name) => steps.extend(self.run_named(name, at).map(Box::new).map(Step::Run)),
            Value::Mapping(_) => {
                let body = self
                    .diagnostics
                    .entries(value, at, format_args!("a step of {of}"), (Keys::Parts, ""))
                    .unwrap_or_default();
                self.step_of(&body, at, of, depth, steps);
            }
            Value::Sequence(_) => self.steps(value, at, of, depth + 1, steps),
            _ => drop(self.diagnostics.text(value, at, format!("a step of {of}"), EXPECTED)),
        }
        if self.diagnostics.errors.len() > before {
            self.diagnostics.lost_steps = true;
            // What a step's errors lead to is lost with it.
            self.diagnostics.lost_ways |= mentions(value, "on_error");
        }
    }

    fn step_of(&mut self, body: &Body<'a>, at: &NodePath, of: &str, depth: usize, steps: &mut Vec<Step>) {
        let is_run = get(body, "run").or_else(|| get(body, "process")).is_some();
        if let Some(flux) = get(body, "flux") {
            let Some(flux) = self.diagnostics.text(flux, &at.key("flux"), "`flux`", "a word") else { return };
            match flux {
                "run" if is_run => steps.extend(self.run_of(body, at, of, false).map(Box::new).map(Step::Run)),
                "run" => {
                    self.diagnostics.only_keys(body, at, "a group of steps", &["flux", "steps", "name"]);
                    match get(body, "steps") {
                        Some(value) => self.steps(value, &at.key("steps"), of, depth + 1, steps),
                        None => self.missing(at, "a group of steps", "steps"),
                    }
                }
                "if" => steps.extend(self.if_of(body, at, of, depth)),
                "while" => steps.extend(self.while_of(body, at, of, depth)),
                "for_each" => steps.extend(self.for_each_of(body, at, of, depth)),
                _ => self.diagnostics.error(code::STEP, || {
                    Problem::new(at.key("flux"), format!("there is no `flux: {flux}`")).suggest(flux, FLUXES)
                }),
            }
        } else if get(body, "parallel").is_some() {
            steps.extend(self.parallel_of(body, at, of));
        } else if is_run {
            steps.extend(self.run_of(body, at, of, false).map(Box::new).map(Step::Run));
        } else {
            let help = body.iter().find_map(|(key, _)| self.meant(key)).unwrap_or_else(|| {
                "write `run: process`, `parallel: [..]`, or `flux: if`, `while`, `for_each`".to_owned()
            });
            self.diagnostics.error(code::STEP, || {
                Problem::new(at.clone(), format!("a step of {of} does not say what to do")).help(help)
            });
        }
    }

    /// What was probably meant by a key of a step that does not say what to do.
    fn meant(&self, key: &str) -> Option<String> {
        if let Some(process) = self.processes.get(key) {
            let takes = !process.contract.arguments.is_empty();
            return Some(format!("write `run: {key}`{}", if takes { ", and its arguments under `with`" } else { "" }));
        }
        match key.to_ascii_lowercase().as_str() {
            _ if is_misplaced(key) => Some(format!("it stands beside `entry`, not in it: `{key}: ..` of the state")),
            "if" => Some("write `flux: if`, with `when`, `then` and `else`".to_owned()),
            "while" => Some("write `flux: while`, with `when` and `do`".to_owned()),
            "for_each" | "foreach" | "for" => Some("write `flux: for_each`, with `in`, `as` and `do`".to_owned()),
            _ => ours(key, None, &["run"])
                .or_else(|| crate::source::nearest(key, KINDS).map(|near| format!("did you mean `{near}`?"))),
        }
    }

    pub(super) fn missing(&mut self, at: &NodePath, what: &str, key: &str) {
        self.diagnostics.error(code::STEP, || Problem::new(at.clone(), format!("{what} has no `{key}`")));
    }

    /// `when`, or `condition` as the reference spells it.
    fn when(&mut self, body: &Body<'a>, at: &NodePath, what: &str) -> Option<crate::condition::Expression> {
        match (get(body, "when"), get(body, "condition")) {
            (Some(value), _) => self.condition(value, &at.key("when"), &format!("`when` of {what}")),
            (None, Some(value)) => {
                self.python.is_used = true;
                self.condition(value, &at.key("condition"), &format!("`condition` of {what}"))
            }
            (None, None) => {
                self.missing(at, what, "when");
                None
            }
        }
    }

    fn inner(&mut self, body: &Body<'a>, key: &str, at: &NodePath, of: &str, depth: usize) -> Vec<Step> {
        let names = self.items.len();
        let steps = self.open_inner(body, key, at, of, depth);
        self.items.truncate(names);
        steps
    }

    /// The same, whose names are for somebody still.
    fn open_inner(&mut self, body: &Body<'a>, key: &str, at: &NodePath, of: &str, depth: usize) -> Vec<Step> {
        let mut steps = Vec::new();
        if let Some(value) = get(body, key) {
            self.steps(value, &at.key(key), of, depth + 1, &mut steps);
        }
        steps
    }

    /// The steps of a loop: one that has none goes round without doing anything.
    fn repeated(
        &mut self,
        body: &Body<'a>,
        at: &NodePath,
        of: &str,
        depth: usize,
        what: &str,
        is_open: bool,
    ) -> Vec<Step> {
        let before = self.diagnostics.errors.len();
        let inner = match is_open {
            true => self.open_inner(body, "do", at, of, depth),
            false => self.inner(body, "do", at, of, depth),
        };
        if inner.is_empty() && self.diagnostics.errors.len() == before {
            let at = if get(body, "do").is_some() { at.at_key("do") } else { at.clone() };
            self.diagnostics.error(code::STEP, || {
                Problem::new(at, format!("{what} has no step to repeat")).help("write what it runs under `do`")
            });
        }
        inner
    }

    fn if_of(&mut self, body: &Body<'a>, at: &NodePath, of: &str, depth: usize) -> Option<Step> {
        self.diagnostics.only_keys(body, at, "an `if`", &["flux", "when", "then", "else", "condition", "name"]);
        let when = self.when(body, at, "an `if`");
        let before = self.diagnostics.errors.len();
        let then = self.inner(body, "then", at, of, depth);
        let otherwise = self.inner(body, "else", at, of, depth);
        if then.is_empty() && otherwise.is_empty() && self.diagnostics.errors.len() == before {
            self.diagnostics.error(code::STEP, || {
                Problem::new(at.clone(), "an `if` has no step to run").help("write what it runs under `then` or `else`")
            });
        }
        Some(Step::If { when: when?, then, otherwise, place: self.sites.place(at) })
    }

    fn while_of(&mut self, body: &Body<'a>, at: &NodePath, of: &str, depth: usize) -> Option<Step> {
        self.diagnostics.only_keys(body, at, "a `while`", &["flux", "when", "do", "condition", "name"]);
        let when = self.when(body, at, "a `while`");
        let inner = self.repeated(body, at, of, depth, "a `while`", false);
        Some(Step::While { when: when?, body: inner, place: self.sites.place(at) })
    }

    fn for_each_of(&mut self, body: &Body<'a>, at: &NodePath, of: &str, depth: usize) -> Option<Step> {
        let keys = ["flux", "in", "as", "parallel", "on_failure", "do", "name"];
        self.diagnostics.only_keys(body, at, "a `for_each`", &keys);
        let list = match get(body, "in") {
            Some(value) => {
                let at = at.key("in");
                let text = self.diagnostics.text(value, &at, "`in`", "an expression such as \"domain.items\"");
                text.and_then(|text| self.list(text, &at))
            }
            None => {
                self.missing(at, "a `for_each`", "in");
                None
            }
        };
        let item = match get(body, "as") {
            Some(value) => self.own_name(value, &at.key("as"), "call the element `item`"),
            None => {
                self.missing(at, "a `for_each`", "as");
                None
            }
        };
        let element = list.as_ref().map_or(Shape::Opaque, |(_, element)| element.clone());
        // An unnamed element is still one: the chain is read to the end.
        self.items.push((item.unwrap_or("item"), element));
        let (names, before) = (self.items.len(), self.diagnostics.errors.len());
        let side_by_side = self.side_by_side(body, at);
        let inner = self.repeated(body, at, of, depth, "a `for_each`", side_by_side.is_some());
        let given: Vec<_> = self.items.drain(names..).collect();
        self.items.pop();
        if side_by_side.is_some() {
            if self.diagnostics.errors.len() == before {
                self.one_run(&inner, at);
            }
            self.gives_list(given);
        }
        let (list, item) = (list?.0, item?.to_owned());
        Some(Step::ForEach { list, item, body: inner, side_by_side, place: self.sites.place(at) })
    }

    /// An expression that gives a list, and the shape of its elements.
    fn list(&mut self, text: &str, at: &NodePath) -> Option<(crate::condition::Expression, Shape)> {
        let expression = self.expression(super::inside::inside(text).unwrap_or(text), at)?;
        match expression.shape().seen_through() {
            Shape::Collection(collection) => Some((expression, collection.element())),
            Shape::Opaque => Some((expression, Shape::Opaque)),
            shape => {
                self.diagnostics.error(code::EXPRESSION_FIT, || {
                    Problem::new(at.clone(), "`in` must give a list").label(format!("this gives {shape}"))
                });
                None
            }
        }
    }

    fn parallel_of(&mut self, body: &Body<'a>, at: &NodePath, of: &str) -> Option<Step> {
        self.diagnostics.only_keys(body, at, "parallel steps", &["parallel"]);
        let at = at.key("parallel");
        let Value::Sequence(list) = get(body, "parallel")? else {
            self.diagnostics.wrong_kind(get(body, "parallel")?, &at, "`parallel`", "a list of processes");
            return None;
        };
        if list.len() > MAX_PARALLEL {
            self.diagnostics.error(code::TOO_MUCH, || {
                Problem::new(at.clone(), format!("at most {MAX_PARALLEL} processes run side by side"))
                    .label(format!("these are {}", list.len()))
            });
            return None;
        }
        let mut branches: Vec<Run> = Vec::with_capacity(list.len());
        let mut whole = true;
        let (names, mut given) = (self.items.len(), Vec::new());
        for (index, value) in list.iter().enumerate() {
            let at = at.index(index);
            let run = self.run(value, &at, of, "a parallel step", false);
            whole &= run.is_some();
            branches.extend(run);
            self.names_of_branch(names, &mut given, &at);
        }
        self.items.extend(given);
        if list.is_empty() {
            self.diagnostics.error(code::STEP, || Problem::new(at.clone(), "there is nothing to run in `parallel`"));
            return None;
        }
        let place = self.sites.place(&at);
        whole.then_some(Step::Parallel { branches, place })
    }

    /// Keys with which the reference names its steps, and which say nothing there either.
    pub(super) fn python_step_keys(&mut self, body: &Body<'a>, at: &NodePath) {
        for (key, _) in body.iter().filter(|(key, _)| matches!(*key, "on_success" | "on_fail")) {
            let message =
                format!("`{key}` of a step says nothing: the Python reference runs steps in their order, too");
            let help = "order the steps, or make states of them";
            self.python.tell(&at.at_key(key), Difference { kind: "step keys", message, help }, &mut self.diagnostics);
        }
    }
}

/// The help for a process that is not there.
pub(super) fn known_processes(processes: &BTreeMap<&'static str, &ProcessEntry>, name: &str) -> String {
    let is_known = |name: &str| processes.contains_key(name);
    let parts: Vec<&str> = name.split(',').map(str::trim).collect();
    if parts.len() > 1 && parts.iter().all(|part| is_known(part)) {
        return format!("write a list: `[{}]`", parts.join(", "));
    }
    // A call, or a map that is a text.
    if let Some((process, rest)) = name.split_once(['(', ':']).filter(|(process, _)| is_known(process.trim())) {
        let process = process.trim();
        let takes = !matches!(rest.trim(), "" | ")");
        let with = if takes { ", with: { .. } }` with its arguments" } else { " }`" };
        return format!("write `{{ run: {process}{with}");
    }
    did_you_mean(name, processes.keys().copied()).unwrap_or_else(|| "no process is registered".to_owned())
}
