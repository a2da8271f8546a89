//! A definition as data: in the format of a workflow file, whatever file it was read from.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

use serde::ser::{Serialize, Serializer};

use super::definition::{DEFAULT_LIMIT, Definition};
use super::event::{DONE_OF, Trigger};
use super::id::StateId;
use super::invoke::{Invoke, OnLeave};
use super::ordered::Ordered;
use super::retry::{Jitter, LeastWait, Retry};
use super::state::{State, StateKind};
use super::step::{ArgumentSource, Recovery, Run, Step};
use super::transition::Transition;
use crate::condition::Expression;

/// A trigger, and what may be taken on it.
type Candidates<'a> = (Cow<'a, str>, Vec<Ordered<'a>>);
type Entries<'a> = Vec<(&'static str, Ordered<'a>)>;

/// In the format of a workflow file, with guards and other expressions as they are written. What is written so loads again, by
/// the same processes and contexts, as the same machine: JSON is YAML. Places and warnings are of a file, and not written; maps
/// keep their order, which `serde_json::to_value` would lose.
///
/// ```
/// use theus_core::prelude::*;
/// use theus_core::workflow::WorkflowManager;
///
/// #[derive(Clone, Default, Context)]
/// struct Door { open: bool, cmd_open: bool }
///
/// let engine = Engine::builder(Door::default()).build()?;
/// let flow = "states: { CLOSED: { events: { CMD_OPEN: { to: OPEN, when: '!domain.open' } } }, OPEN: { final: true } }";
/// let door = WorkflowManager::from_text(&engine, "door.yaml", flow)?;
/// let data = serde_json::to_string(door.definition())?;
/// assert_eq!(data, r#"{"name":"door","initial":"CLOSED","states":{"CLOSED":{"events":{"CMD_OPEN":{"to":"OPEN","when":"!domain.open"}}},"OPEN":{"final":true}}}"#);
/// let again = WorkflowManager::from_text(&engine, "stored.json", &data)?;
/// assert_eq!(serde_json::to_string(again.definition())?, data);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Serialize for Definition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entries: Entries<'_> = vec![("name", Ordered::text(self.name()))];
        entries.extend(self.description().map(|text| ("description", Ordered::text(text))));
        let root = self.root().and_then(|root| Some((root, self.state(root)?)));
        if root.is_none() {
            entries.push(("initial", File(self).named(self.initial())));
        }
        if self.limit() != DEFAULT_LIMIT {
            entries.push(("limit", Ordered::Whole(self.limit())));
        }
        if !self.external().is_empty() {
            let names = self.external().iter().map(|event| Ordered::text(event.to_string()));
            entries.push(("external", Ordered::List(names.collect())));
        }
        if self.moved_states().next().is_some() {
            entries.push((
                "moved",
                Ordered::map(self.moved_states().map(|(before, state)| (before, File(self).named(state)))),
            ));
        }
        if let Some((id, root)) = root {
            entries.extend(File(self).parts(id, root));
            return Ordered::map(entries).serialize(serializer);
        }
        let top = (0..).map(StateId).zip(self.states()).filter(|(_, state)| state.parent.is_none()).map(|(id, _)| id);
        entries.push(("states", File(self).all(top)));
        Ordered::map(entries).serialize(serializer)
    }
}

/// What writes the parts of a definition.
#[derive(Clone, Copy)]
struct File<'a>(&'a Definition);

impl<'a> File<'a> {
    fn named(self, state: StateId) -> Ordered<'a> {
        Ordered::text(self.0.state(state).map_or("", |state| state.name.as_str()))
    }

    fn all(self, states: impl IntoIterator<Item = StateId>) -> Ordered<'a> {
        let states = states.into_iter().filter_map(|id| Some((id, self.0.state(id)?)));
        // Whoever made the parts by hand may have put a state within itself.
        let own = |state: &'a State| state.own.as_deref().unwrap_or(&state.name);
        Ordered::map(states.map(|(id, state)| (own(state), self.one(id, state))))
    }

    fn one(self, id: StateId, state: &'a State) -> Ordered<'a> {
        Ordered::map(self.parts(id, state))
    }

    fn parts(self, id: StateId, state: &'a State) -> Entries<'a> {
        let mut entries: Entries<'a> = Vec::new();
        entries.extend(state.description.as_deref().map(|text| ("description", Ordered::text(text))));
        for (key, steps) in [("entry", &state.entry), ("exit", &state.exit)] {
            entries.extend(self.chain(steps).map(|steps| (key, steps)));
        }
        if state.saga {
            entries.push(("saga", Ordered::Bool(true)));
        }
        if state.atomic {
            entries.push(("atomic", Ordered::Bool(true)));
        }
        entries.extend(state.reply.as_ref().map(|source| ("reply", value(source))));
        self.ways(state, &mut entries);
        if !state.defer.is_empty() {
            let events = state.defer.iter().map(|deferred| Ordered::text(deferred.event.to_string()));
            entries.push(("defer", Ordered::one_or_all(events.collect())));
        }
        if !state.invokes.is_empty() {
            let invokes = (0..).zip(&state.invokes).map(|(place, invoke)| self.invoke(state, place, invoke));
            entries.push(("invoke", Ordered::one_or_all(invokes.collect())));
        }
        if !state.on_error.is_empty() {
            entries.push(("on_error", self.recoveries(&state.on_error)));
        }
        let inside = || self.all(state.children.iter().copied().filter(|child| child.0 > id.0));
        match &state.kind {
            StateKind::Simple => {}
            StateKind::Compound { initial } => {
                entries.extend([("initial", self.named(*initial)), ("states", inside())])
            }
            StateKind::Parallel => entries.push(("regions", inside())),
            StateKind::Final { result } => {
                entries.push(("final", Ordered::Bool(true)));
                entries.extend(result.as_ref().map(|source| ("result", value(source))));
            }
            StateKind::History { deep, default } => {
                let kind = if *deep { "deep" } else { "shallow" };
                entries.extend([("history", Ordered::text(kind)), ("default", self.named(*default))]);
            }
        }
        entries
    }

    /// What a state does on its triggers: under each key the triggers, and of each its candidates, in their order.
    fn ways(self, state: &'a State, entries: &mut Entries<'a>) {
        let mut sections: Vec<(&'static str, Vec<Candidates<'a>>)> = Vec::new();
        let mut places: HashMap<(&'static str, Cow<'a, str>), usize> = HashMap::new();
        for way in &state.transitions {
            let (key, name): (_, Cow<'a, str>) = match &way.trigger {
                Trigger::Event { written, .. } => ("events", written.into()),
                Trigger::Any => ("events", "*".into()),
                Trigger::After(time) => ("after", duration(*time).into()),
                Trigger::AfterReckoned(time) => ("after", expression(&time.value).into()),
                Trigger::At(time) => ("at", expression(&time.value).into()),
                Trigger::Cron(cron) => ("cron", cron.text().into()),
                Trigger::Every(time) => ("every", duration(*time).into()),
                Trigger::Always => ("always", "".into()),
                Trigger::Done => ("done", "".into()),
                Trigger::DoneOf(of) => {
                    ("events", format!("{DONE_OF}{}", self.0.state(*of).map_or("", |of| &of.name)).into())
                }
                // Beside the work that it is of.
                Trigger::Invoked(_) => continue,
            };
            let section = match sections.iter().position(|(known, _)| *known == key) {
                Some(place) => place,
                None => {
                    sections.push((key, Vec::new()));
                    sections.len() - 1
                }
            };
            let triggers = &mut sections[section].1;
            let candidate = self.candidate(way);
            let place = *places.entry((key, name.clone())).or_insert(triggers.len());
            match triggers.get_mut(place) {
                Some((_, candidates)) => candidates.push(candidate),
                None => triggers.push((name, vec![candidate])),
            }
        }
        for (key, triggers) in sections {
            let each = triggers.into_iter().map(|(name, candidates)| (name, Ordered::one_or_all(candidates)));
            entries.push((
                key,
                match key {
                    "events" | "after" | "at" | "every" | "cron" => Ordered::map(each),
                    _ => each.map(|(_, candidates)| candidates).next().unwrap_or(Ordered::List(Vec::new())),
                },
            ));
        }
    }

    fn invoke(self, state: &'a State, place: u32, invoke: &'a Invoke) -> Ordered<'a> {
        let mut entries: Entries<'a> =
            vec![("id", Ordered::text(invoke.id.as_str())), ("steps", self.list(&invoke.steps))];
        let done = state.transitions.iter().filter(|way| way.trigger == Trigger::Invoked(place));
        let done: Vec<Ordered<'a>> = done.map(|way| self.candidate(way)).collect();
        entries.extend(invoke.result.as_ref().map(|source| ("result", value(source))));
        if !done.is_empty() {
            entries.push(("done", Ordered::one_or_all(done)));
        }
        if !invoke.on_error.is_empty() {
            entries.push(("on_error", self.recoveries(&invoke.on_error)));
        }
        if invoke.on_leave != OnLeave::default() {
            entries.push(("on_leave", Ordered::text(invoke.on_leave.word())));
        }
        Ordered::map(entries)
    }

    fn candidate(self, way: &'a Transition) -> Ordered<'a> {
        let to = match way.targets[..] {
            [] => None,
            [target] => Some(self.named(target)),
            _ => Some(Ordered::List(way.targets.iter().map(|target| self.named(*target)).collect())),
        };
        let follows = way.trigger.reckoned().is_some_and(|time| time.follow);
        match (to, &way.guard, self.chain(&way.steps)) {
            (Some(to), None, None) if !follows && way.reenters && way.undo.is_none() && way.targets.len() == 1 => to,
            (to, guard, steps) => {
                let mut entries: Entries<'a> = to.map(|to| ("to", to)).into_iter().collect();
                if !way.reenters {
                    entries.push(("reenter", Ordered::Bool(false)));
                }
                entries.extend(follows.then_some(("follow", Ordered::Bool(true))));
                entries.extend(guard.as_ref().map(|guard| ("when", Ordered::text(guard.text()))));
                entries.extend(way.undo.map(|undo| ("undo", Ordered::Bool(undo))));
                entries.extend(steps.map(|steps| ("steps", steps)));
                Ordered::map(entries)
            }
        }
    }

    /// `None` for no steps.
    fn chain(self, steps: &'a [Step]) -> Option<Ordered<'a>> {
        (!steps.is_empty()).then(|| self.list(steps))
    }

    fn list(self, steps: &'a [Step]) -> Ordered<'a> {
        Ordered::List(steps.iter().map(|step| self.step(step)).collect())
    }

    fn step(self, step: &'a Step) -> Ordered<'a> {
        let flux = |kind: &'static str| ("flux", Ordered::text(kind));
        match step {
            Step::Run(run) => self.run(run),
            Step::If { when, then, otherwise, .. } => Ordered::map([
                flux("if"),
                ("when", Ordered::text(when.text())),
                ("then", self.list(then)),
                ("else", self.list(otherwise)),
            ]),
            Step::While { when, body, .. } => {
                Ordered::map([flux("while"), ("when", Ordered::text(when.text())), ("do", self.list(body))])
            }
            Step::ForEach { list, item, body, side_by_side, .. } => {
                let mut entries: Entries<'a> =
                    vec![flux("for_each"), ("in", Ordered::text(list.text())), ("as", Ordered::text(item.as_str()))];
                if let Some(side_by_side) = side_by_side {
                    let most = u32::try_from(side_by_side.most).unwrap_or(u32::MAX);
                    entries.push(("parallel", Ordered::Whole(most)));
                    entries.push(("on_failure", Ordered::text(side_by_side.on_failure())));
                }
                entries.push(("do", self.list(body)));
                Ordered::map(entries)
            }
            Step::Parallel { branches, .. } => {
                let branches = branches.iter().map(|run| self.run(run)).collect();
                Ordered::map([("parallel", Ordered::List(branches))])
            }
        }
    }

    fn run(self, run: &'a Run) -> Ordered<'a> {
        let mut entries: Entries<'a> = vec![("run", Ordered::text(run.contract.process))];
        if !run.arguments.is_empty() {
            entries.push(("with", Ordered::map(run.arguments.iter().map(|(name, source)| (*name, value(source))))));
        }
        entries.extend(run.retry.as_ref().map(|it| ("retry", retry(it))));
        entries.extend(run.restart.map(|it| ("restart", Ordered::text(it.word()))));
        entries.extend(run.timeout.map(|time| ("timeout", Ordered::text(duration(time)))));
        if !run.on_error.is_empty() {
            entries.push(("on_error", self.recoveries(&run.on_error)));
        }
        entries.extend(run.gives.as_deref().map(|name| ("as", Ordered::text(name))));
        entries.extend(run.compensate.as_deref().map(|run| ("compensate", self.run(run))));
        if entries.len() == 1 { Ordered::text(run.contract.process) } else { Ordered::map(entries) }
    }

    fn recoveries(self, recoveries: &'a [Recovery]) -> Ordered<'a> {
        let known: HashSet<&str> = recoveries.iter().filter_map(|it| it.error).collect();
        let written = recoveries.iter().filter(|it| it.error.is_none_or(|error| !is_meant_by_another(error, &known)));
        Ordered::map(written.map(|it| (it.error.unwrap_or("*"), self.named(it.target))))
    }
}

/// A name without modules means those in modules too.
fn is_meant_by_another(error: &str, known: &HashSet<&str>) -> bool {
    error.rsplit_once("::").is_some_and(|(_, last)| known.contains(last))
}

fn retry(retry: &Retry) -> Ordered<'_> {
    let mut entries = tries(retry, Jitter::default());
    let known = retry.on.iter().copied().collect();
    let written = |error: &str| !is_meant_by_another(error, &known);
    if !retry.each.is_empty() {
        let each = retry.each.iter().filter(|(error, _)| written(error));
        entries.push(("on", Ordered::map(each.map(|(error, own)| (*error, Ordered::map(tries(own, retry.jitter)))))));
    } else if !retry.on.is_empty() {
        let on = retry.on.iter().filter(|error| written(error));
        entries.push(("on", Ordered::List(on.map(|error| Ordered::text(*error)).collect())));
    }
    Ordered::map(entries)
}

/// What is said of all errors, or of one, where it would be this `jitter` without a word.
fn tries<'a>(retry: &Retry, jitter: Jitter) -> Entries<'a> {
    let mut entries: Entries<'a> = Vec::new();
    if retry.attempts != Retry::UNBOUNDED {
        entries.push(("attempts", Ordered::Whole(retry.attempts)));
    }
    entries.push(("backoff", Ordered::text(duration(retry.backoff))));
    entries.push(("factor", Ordered::Float(retry.factor)));
    entries.push(("longest", Ordered::text(duration(retry.longest))));
    if retry.jitter != jitter {
        entries.push(("jitter", Ordered::text(retry.jitter.word())));
    }
    entries.extend(retry.least.first().map(|(_, LeastWait(wait))| ("after", Ordered::text(expression(wait)))));
    entries.extend(retry.max_elapsed.map(|time| ("max_elapsed", Ordered::text(duration(time)))));
    entries
}

fn value(source: &ArgumentSource) -> Ordered<'_> {
    match source {
        ArgumentSource::Expression(expression) => Ordered::text(self::expression(expression)),
        ArgumentSource::Literal(serde_json::Value::String(text)) => Ordered::text(literal(text)),
        ArgumentSource::Literal(value) => Ordered::Json(value),
    }
}

fn expression(expression: &Expression) -> String {
    format!("${{ {} }}", expression.text())
}

/// A text that begins as an expression does, or as such a text, is written with one `$` more.
fn literal(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim_start();
    if trimmed.starts_with('$') && trimmed.trim_start_matches('$').starts_with('{') {
        let (blank, rest) = text.split_at(text.len() - trimmed.len());
        return Cow::Owned(format!("{blank}${rest}"));
    }
    Cow::Borrowed(text)
}

/// A time in the greatest unit that has it whole.
fn duration(time: Duration) -> String {
    let nanos = time.as_nanos();
    let units = [(60_000_000_000, "m"), (1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us")];
    match units.into_iter().find(|(unit, _)| nanos > 0 && nanos.is_multiple_of(*unit)) {
        Some((unit, name)) => format!("{}{name}", nanos / unit),
        None => format!("{nanos}ns"),
    }
}
