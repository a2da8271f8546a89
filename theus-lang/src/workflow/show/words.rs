//! What the parts of a chart are called in a picture.

use std::fmt::Write as _;

use crate::process::Contract;
use crate::source::duration;
use crate::workflow::chart::{
    ArgumentSource, DONE_OF, Invoke, LeastWait, OnLeave, Retry, Run, State, StateId, Step, Transition, Trigger,
};

/// What a transition is taken on; nothing for none.
pub(super) fn trigger<'a>(state: &State, trigger: &Trigger, names: impl Fn(StateId) -> &'a str) -> String {
    match trigger {
        Trigger::DoneOf(of) => format!("{DONE_OF}{}", names(*of)),
        Trigger::Invoked(place) => {
            let id = state.invokes.get(*place as usize).map_or("", |invoke| invoke.id.as_str());
            format!("done {id}")
        }
        other => other.to_string(),
    }
}

/// `CMD_X [guard] / steps`, as UML writes it; behind it the states in other regions that it leads to besides, and whether it does
/// not leave its own.
pub(super) fn transition<'a>(
    state: &State,
    transition: &Transition,
    others: &[&str],
    names: impl Fn(StateId) -> &'a str,
) -> String {
    let mut text = trigger(state, &transition.trigger, names);
    let mut add = |part: String| {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&part);
    };
    if let Some(guard) = &transition.guard {
        add(format!("[{}]", guard.text()));
    }
    if let Some(undo) = transition.undo {
        add(if undo { "undo" } else { "keep" }.to_owned());
    }
    if !transition.steps.is_empty() {
        add(format!("/ {}", chain(&transition.steps)));
    }
    if text.is_empty() {
        text.push_str("always");
    }
    if !others.is_empty() {
        let _ = write!(text, " (and {})", others.join(", "));
    }
    if !transition.reenters {
        let _ = write!(text, " (without leaving {})", state.name);
    }
    text
}

pub(super) fn chain(steps: &[Step]) -> String {
    steps.iter().map(step).collect::<Vec<_>>().join(", ")
}

/// Work that runs while a state is active.
pub(super) fn invoke(invoke: &Invoke) -> String {
    let keeps = if invoke.on_leave == OnLeave::Keep { " (kept)" } else { "" };
    format!("invoke {} / {}{keeps}", invoke.id, chain(&invoke.steps))
}

/// One step in one line.
pub(super) fn step(step: &Step) -> String {
    match step {
        Step::Run(run) => self::run(run),
        Step::If { when, then, otherwise, .. } => {
            let mut text = format!("if {} {{ {} }}", when.text(), chain(then));
            if !otherwise.is_empty() {
                let _ = write!(text, " else {{ {} }}", chain(otherwise));
            }
            text
        }
        Step::While { when, body, .. } => format!("while {} {{ {} }}", when.text(), chain(body)),
        Step::ForEach { list, item, body, side_by_side, .. } => {
            let most = side_by_side.map(|side_by_side| format!(" ∥{}", side_by_side.most)).unwrap_or_default();
            format!("for {item} in {}{most} {{ {} }}", list.text(), chain(body))
        }
        Step::Parallel { branches, .. } => branches.iter().map(run).collect::<Vec<_>>().join(" ∥ "),
    }
}

fn run(run: &Run) -> String {
    let mut text = run.contract.process.to_owned();
    if !run.arguments.is_empty() {
        let arguments = run.arguments.iter().map(|(name, source)| match source {
            ArgumentSource::Literal(value) => format!("{name}: {value}"),
            ArgumentSource::Expression(expression) => format!("{name}: {}", expression.text()),
        });
        let _ = write!(text, "({})", arguments.collect::<Vec<_>>().join(", "));
    }
    if let Some(retry) = &run.retry {
        let _ = write!(text, " {}", self::retry(retry));
    }
    if let Some(timeout) = run.timeout {
        let _ = write!(text, " ≤{}", duration::shown(timeout));
    }
    if let Some(name) = &run.gives {
        let _ = write!(text, " as {name}");
    }
    text
}

/// How often it is tried, and for how long: of each error where they differ.
fn retry(retry: &Retry) -> String {
    let tries = |retry: &Retry| {
        let times = (retry.attempts != Retry::UNBOUNDED).then(|| format!("×{}", retry.attempts));
        let within = retry.max_elapsed.map(|time| format!("×≤{}", duration::shown(time)));
        let least = retry.least.first().map(|(_, LeastWait(wait))| format!("after {}", wait.text()));
        times.into_iter().chain(within).chain(least).collect::<Vec<_>>().join(" ")
    };
    if retry.each.is_empty() {
        return tries(retry);
    }
    let each = retry.each.iter().map(|(error, own)| format!("{error} {}", tries(own)));
    each.collect::<Vec<_>>().join(", ")
}

/// What a contract says, a line for each of its parts.
pub(super) fn contract(contract: &Contract) -> Vec<String> {
    let paths = |what: &str, paths: &[crate::process::Access]| {
        let paths: Vec<&str> = paths.iter().map(|access| access.path).collect();
        (!paths.is_empty()).then(|| format!("{what} {}", paths.join(", ")))
    };
    let words = |what: &str, words: &[&str]| (!words.is_empty()).then(|| format!("{what} {}", words.join(", ")));
    [
        paths("reads", contract.inputs),
        paths("writes", contract.outputs),
        words("effects", contract.effects),
        words("errors", contract.errors),
        contract.is_blocking.then(|| "blocks a thread of its own".to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect()
}
