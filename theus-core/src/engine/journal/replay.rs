//! Whether the runs of a journal make the same again.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value as Json;
use thiserror::Error;

use super::super::core::Core;
use super::super::durable::DurableEngine;
use super::super::handle::Engine;
use super::super::redaction::Redaction;
use super::super::step::Replayed;
use super::{Fields, Journal, JournalError, by_path, take, text};
use crate::audit::{AuditSession, Text};
use crate::context::{Context, REDACTED};
use crate::effect::Parted;
use crate::store::{CodePrint, Entry, Field, JournalEntry, Part, StoreError, shown};

/// What came of making all runs of a journal again.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Replay {
    /// How many steps there are up to where it came.
    pub steps: u64,
    /// After which of them it began: 0, unless earlier ones were pruned, or are of an earlier version of the context.
    pub before: u64,
    /// How many of them were made again, and gave the same.
    pub made: u64,
    /// How many were not made again: what they had written was taken from the journal. The first of them by each process, and why.
    pub taken_over: Vec<TakenOver>,
    /// The first step that gave something else; nothing is made again after it.
    pub divergence: Option<Divergence>,
}

/// Steps of one process that were taken from the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TakenOver {
    /// The process.
    pub process: String,
    /// How many steps.
    pub steps: u64,
    /// Why.
    pub why: String,
}

/// A step that gave something else than it had given.
#[derive(Clone, Debug, PartialEq, Serialize, Error)]
#[error("step {step}, `{process}`, gives something else than it did: {what}{}", because(.what, .changed))]
pub struct Divergence {
    /// The step.
    pub step: u64,
    /// The process.
    pub process: String,
    /// What is not the same.
    pub what: Diverged,
    /// What of its code has changed since; none where the journal does not say what it was.
    pub changed: Option<Changed>,
}

/// What of a process's code is another than when it made a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Its body is written otherwise.
    pub body: bool,
    /// Its contract says something else.
    pub contract: bool,
    /// The context has other fields, or of other types.
    pub schema: bool,
}

impl Changed {
    const fn between(then: CodePrint, now: CodePrint) -> Self {
        let (body, contract) = (then.body != now.body, then.contract != now.contract);
        Self { body, contract, schema: then.schema != now.schema }
    }
}

fn because(what: &Diverged, changed: &Option<Changed>) -> String {
    if matches!(what, Diverged::Unregistered) {
        return String::new();
    }
    let Some(Changed { body, contract, schema }) = *changed else {
        return "; the process reads what its contract does not say, or its code is another by now".to_owned();
    };
    let all = [(body, "its body"), (contract, "its contract"), (schema, "the context's fields")];
    let changed: Vec<&str> = all.into_iter().filter_map(|(has, what)| has.then_some(what)).collect();
    match changed.as_slice() {
        [] => "; its body, its contract and the context's fields are what they were: it reads what its contract does not say, or \
               what it calls is another by now"
            .to_owned(),
        [one] => format!("; since then {one} has changed"),
        [first @ .., last] => format!("; since then {} and {last} have changed", first.join(", ")),
    }
}

/// What is not the same.
#[derive(Clone, Debug, PartialEq, Serialize, Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Diverged {
    /// A field has another value, or was written only one of the two times.
    #[error("`{path}` was {}, and is {} now", text(.expected), text(.found))]
    Field {
        /// The field.
        path: String,
        /// What the journal has; none where it was not written.
        expected: Option<Json>,
        /// What was made now.
        found: Option<Json>,
    },
    /// It asks an effect something else.
    #[error("{}", asked(.call, .expected, .found))]
    Effect {
        /// The call: `gateway.charge`.
        call: String,
        /// The arguments that the journal has; none where it has no such call.
        expected: Option<Json>,
        /// The arguments now; none where it is not called any more.
        found: Option<Json>,
    },
    /// It does not end well.
    #[error("it committed, and now: {error}")]
    Fails {
        /// With what it ends.
        error: String,
    },
    /// No process of that name is registered.
    #[error("no process of that name is registered with this engine")]
    Unregistered,
}

fn asked(call: &str, expected: &Option<Json>, found: &Option<Json>) -> String {
    match (expected, found) {
        (Some(expected), Some(found)) => format!("`{call}` was asked with {expected}, and is with {found} now"),
        (Some(expected), None) => format!("`{call}` was asked with {expected}, and is not called now"),
        (None, Some(found)) => format!("`{call}` is asked with {found}, and was not called then"),
        (None, None) => format!("`{call}` is another call"),
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// Makes all runs of a session again, on a session of its own in memory, from its first state, and holds what each has written
    /// against the journal. No gate is asked, nothing is recorded, no signal leaves.
    ///
    /// No effect is asked: what it gave is in the journal, where it is [recorded](mod@crate::effect). A process with other effects, or one
    /// that reads signals or the Meta zone, is not made again: what it had written is taken from the journal, and told.
    ///
    /// # Errors
    /// Where the journal cannot be read, or is damaged. What does not give the same is no error: [`Replay::divergence`].
    pub fn replay(&self, session: &str) -> Result<Replay, JournalError>
    where
        D: Default,
    {
        self.replay_of(&self.journal(session)?)
    }

    /// The same of a journal that is at hand: one that was read from a file, say.
    ///
    /// # Errors
    /// As [`replay`](Self::replay). The engine needs a store for it, be it one in memory: what is stored of the fields is known with
    /// one.
    pub fn replay_of(&self, journal: &Journal) -> Result<Replay, JournalError>
    where
        D: Default,
    {
        let session = journal.session();
        let durable = self.durable_engine()?;
        let mut fields = by_path(&journal.base.fields);
        // The states before have the fields of an earlier version of the context.
        let mut migrated = None;
        journal.each(|entry| {
            if entry.schema.is_some() {
                take(&mut fields, entry);
                migrated = Some((entry.step, entry.version));
            }
            Ok(true)
        })?;
        let (from, version) = migrated.unwrap_or((journal.base.step, journal.base.version));
        let core = self.apart(durable, session, fields.values().cloned().collect(), version)?;
        let mut replay = Replay { before: from, ..Replay::default() };
        let mut taken: BTreeMap<String, TakenOver> = BTreeMap::new();
        replay.steps = journal.each(|entry| {
            if entry.step <= from {
                return Ok(true);
            }
            let JournalEntry { step, process, command, parts, answers, code, .. } = entry;
            let now = core.shared.registry.named(process).and_then(|registered| durable.code.get(registered.place));
            let changed = code.zip(now).map(|(then, now)| Changed::between(then, *now));
            let diverged = |what| {
                let what = seen(what, process, &self.redaction());
                Some(Divergence { step: *step, process: process.clone(), what, changed })
            };
            let Some(again) = core.shared.registry.replay(process) else {
                replay.divergence = diverged(Diverged::Unregistered);
                return Ok(false);
            };
            match again(&core, command, answers.as_deref()) {
                Replayed::Made(made) if made == *parts => replay.made += 1,
                Replayed::Made(made) => replay.divergence = diverged(first_difference(parts, &made)),
                Replayed::Failed(error) => replay.divergence = diverged(Diverged::Fails { error }),
                Replayed::Parted(Parted::Call { call, expected, found }) => {
                    let [expected, found] = [expected, found].map(|asked| asked.as_deref().map(shown));
                    replay.divergence = diverged(Diverged::Effect { call, expected, found });
                }
                Replayed::TakenOver(why) | Replayed::Parted(Parted::NotRecorded(why)) => {
                    self.take_over(durable, &core, session, &fields, parts)?;
                    let of_process = taken.entry(process.clone());
                    let (process, why) = (process.clone(), why.to_owned());
                    of_process.or_insert(TakenOver { process, steps: 0, why }).steps += 1;
                }
            }
            take(&mut fields, entry);
            Ok(replay.divergence.is_none())
        })?;
        replay.taken_over = taken.into_values().collect();
        Ok(replay)
    }

    /// A session in memory with these fields, that nobody else knows.
    fn apart(
        &self,
        durable: &DurableEngine<D>,
        session: &str,
        fields: Vec<Field>,
        version: u64,
    ) -> Result<Core<D, G, E>, StoreError>
    where
        D: Default,
    {
        let core = Core::new(Arc::clone(&self.core.shared), AuditSession::new(Text::from(session)), D::default());
        self.fill(durable, &core, session, fields, version)?;
        Ok(core)
    }

    fn take_over(
        &self,
        durable: &DurableEngine<D>,
        core: &Core<D, G, E>,
        session: &str,
        before: &Fields,
        parts: &[Part],
    ) -> Result<(), StoreError> {
        let field = |part: &Part| {
            let mut field = before.get(&part.path).cloned().unwrap_or_else(|| Field::whole(&part.path, [], true));
            field.take(part);
            field
        };
        let version = core.shown_version() + 1;
        self.fill(durable, core, session, parts.iter().map(field).collect(), version)
    }

    fn fill(
        &self,
        durable: &DurableEngine<D>,
        core: &Core<D, G, E>,
        session: &str,
        fields: Vec<Field>,
        version: u64,
    ) -> Result<(), StoreError> {
        let state = core.session.hold_beside_lease(|| core.request("replay", None));
        let mut state = state.map_err(|_| StoreError::Unavailable {
            store: "the session of the replay".to_owned(),
            reason: "it is in use".to_owned(),
        })?;
        (durable.fields.bring_back)(&mut state.fields, session, fields)?;
        state.advance(version);
        Ok(())
    }
}

/// As people see it.
fn seen(what: Diverged, process: &str, redaction: &Redaction) -> Diverged {
    let hidden = |value: Option<Json>| value.map(|_| Json::from(REDACTED));
    match what {
        Diverged::Field { path, expected, found } if redaction.hides_field(&path) => {
            Diverged::Field { path, expected: hidden(expected), found: hidden(found) }
        }
        Diverged::Effect { call, expected, found } if redaction.hides_effects(process) => {
            Diverged::Effect { call, expected: hidden(expected), found: hidden(found) }
        }
        other => other,
    }
}

fn first_difference(expected: &[Part], found: &[Part]) -> Diverged {
    let of = |parts: &[Part], path: &str| parts.iter().find(|part| part.path == path).cloned();
    let mut paths = expected.iter().chain(found).map(|part| part.path.as_str());
    let path = paths.find(|path| of(expected, path) != of(found, path)).unwrap_or_default();
    let shown = |part: Option<Part>| {
        let Part { value, entries, .. } = part?;
        Some(match (value, entries.as_slice()) {
            (Some(value), _) => shown(&value),
            // What has changed of a map.
            (None, entries) => {
                let value = |entry: &Entry| entry.value.as_deref().map_or(Json::Null, shown);
                entries.iter().map(|entry| Json::Array(vec![shown(&entry.key), value(entry)])).collect()
            }
        })
    };
    Diverged::Field { path: path.to_owned(), expected: shown(of(expected, path)), found: shown(of(found, path)) }
}
