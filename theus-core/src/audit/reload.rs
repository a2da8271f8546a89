//! The recipe in force: how an auditor begins with one, and how it takes another while the engine runs.

use std::collections::BTreeMap;

use super::auditor::{Auditor, AuditorState};
use super::change::{RecipeChange, RecipeIdentity, RecipeStatus};
use super::difference::Kept;
use super::in_force::InForce;
use super::ledger::{InsideASink, LedgerError, Offered, SinkError, open_all};
use super::record::{AuditEvent, AuditRecord};
use crate::audit::Recipe;
use crate::audit::Text;
use crate::panics::tell;
use crate::source::LocatedProblem;

/// What an auditor begins with, besides its rules.
pub(crate) struct Beginning {
    pub(crate) session: Text,
    /// How many records are kept in memory.
    pub(crate) capacity: usize,
    /// What the recipe is called, where there is one.
    pub(crate) recipe: Option<String>,
    pub(crate) sinks: Vec<Offered>,
}

/// Tells `tracing` of every warning of a recipe.
pub(crate) fn log_warnings(warnings: &[LocatedProblem]) {
    for warning in warnings {
        let (file, line, code) = (&warning.file, warning.line, warning.code.unwrap_or_default());
        tell(|| tracing::warn!(target: "theus::audit", file, line, code, "{warning}"));
    }
}

/// Why a new recipe was not taken, though it is right.
pub(crate) enum NotTaken {
    Unrecorded { sink: String, reason: String },
    InsideASink,
}

/// So much of a reason is put on record.
const LONGEST_REASON: usize = 4_000;

fn brief(text: &str) -> &str {
    text.char_indices().nth(LONGEST_REASON).map_or(text, |(end, _)| &text[..end])
}

impl Auditor {
    /// Opens the sinks, continues the ledger that they keep, and records which recipe is in force.
    pub(crate) fn begin(&mut self, mut beginning: Beginning) -> Result<(), LedgerError> {
        let (tail, opened) = open_all(&mut beginning.sinks)?;
        let time = self.clock.now();
        let state = self.state.get_mut();
        state.log.set_session(beginning.session);
        state.log.set_capacity(beginning.capacity);
        #[cfg(feature = "store")]
        let tail = state.log.in_store(tail)?;
        state.log.continue_from(tail);
        let mut records = Vec::new();
        for ((sink, options), (name, opened)) in beginning.sinks.into_iter().zip(opened) {
            let added = self.sinks.add(name.clone(), sink, &options, tail.sequence.saturating_add(1));
            added.map_err(|error| LedgerError::Sink { sink: name.to_string(), error })?;
            if let Some(note) = opened.note {
                let event = AuditEvent::SinkFailure { sink: name, message: note.into(), first_missing: 0 };
                records.push(state.log.append(time, 0, event).clone());
            }
        }
        if let Some(name) = beginning.recipe {
            let identity = RecipeIdentity::of(&name, &state.recipe);
            records.push(state.log.append(time, 0, AuditEvent::RecipeLoaded(identity.clone())).clone());
            state.in_force = Some(RecipeStatus { identity, loaded: time });
        }
        let recorded = records.len();
        let delivery = self.sinks.open().unwrap_or_default();
        let failures = self.publish(delivery, &mut records);
        match failures.iter().find(|failure| records[..recorded].iter().any(|record| failure.closes(record))) {
            Some(failure) => {
                Err(LedgerError::Sink { sink: failure.sink.to_string(), error: SinkError(failure.error.to_string()) })
            }
            None => Ok(()),
        }
    }

    /// Takes another recipe. The counters of unchanged rules go on; the change is a record. Record, recipe and what `comes_into_force`
    /// makes of it are one step: what is last on record is in force.
    pub(crate) fn replace(
        &self,
        recipe: Recipe,
        name: &str,
        version: u64,
        comes_into_force: impl FnOnce(&InForce),
    ) -> Result<RecipeChange, NotTaken> {
        let time = self.clock.now();
        let delivery = self.sinks.open().map_err(|InsideASink| NotTaken::InsideASink)?;
        let recipe = InForce::new(recipe);
        let identity = RecipeIdentity::of(name, &recipe);
        let status = RecipeStatus { identity: identity.clone(), loaded: time };
        let mut state = self.state.lock();
        let before = state.in_force.as_ref().map(|status| (status.identity.recipe.as_str(), &state.recipe));
        let (change, kept) = RecipeChange::between(before, identity, &recipe);
        let event = AuditEvent::RecipeChanged(Box::new(change.clone()));
        let mut records = vec![state.log.append(time, version, event).clone()];
        let Some(mut delivery) = delivery else {
            state.install(recipe, status, kept);
            self.keep_counters_of(&state.recipe);
            comes_into_force(&state.recipe);
            drop(state);
            self.publish(None, &mut records);
            return Ok(change);
        };
        drop(state);
        // Until it is installed nobody else can put anything on record: that needs the sinks.
        let refused = self.offer(&mut delivery, &records[0]);
        {
            let mut state = self.state.lock();
            match &refused {
                None => {
                    state.install(recipe, status, kept);
                    self.keep_counters_of(&state.recipe);
                    comes_into_force(&state.recipe);
                }
                Some(_) => records.push(state.stays(time, version)),
            }
        }
        self.publish(Some(delivery), &mut records);
        refused.map_or(Ok(change), |(sink, reason)| Err(NotTaken::Unrecorded { sink, reason }))
    }

    /// The counters of all sessions together are not any session's to let go of.
    fn keep_counters_of(&self, recipe: &InForce) {
        self.awaits.store(recipe.awaits_runs(), std::sync::atomic::Ordering::Release);
        self.everyone.keep_those_of(recipe.processes().flat_map(|gates| gates.all()));
        self.alarms.keep_those_of(recipe.processes().flat_map(|gates| gates.all()));
    }

    /// Puts on record that a recipe was refused. Nothing depends on whether a sink takes it.
    pub(crate) fn recipe_was_refused(&self, name: &str, reason: &str) {
        let time = self.clock.now();
        let Ok(delivery) = self.sinks.open() else {
            tell(
                || tracing::warn!(target: "theus::audit", recipe = name, reason, "recipe refused, from inside of a sink"),
            );
            return;
        };
        let event = AuditEvent::RecipeRefused { recipe: brief(name).into(), reason: brief(reason).into() };
        let version = self.tail_version();
        let mut records = vec![self.state.lock().log.append(time, version, event).clone()];
        self.publish(delivery, &mut records);
    }

    /// The rules in force, to be looked at.
    pub(crate) fn recipe_in_force(&self) -> Recipe {
        self.state.lock().recipe.recipe().clone()
    }

    /// What somebody should look at in the recipe in force.
    pub(crate) fn recipe_warnings(&self) -> Vec<LocatedProblem> {
        self.state.lock().recipe.recipe().warnings().to_vec()
    }
}

impl AuditorState {
    fn install(&mut self, mut recipe: InForce, status: RecipeStatus, kept: Vec<Kept>) {
        let counters: BTreeMap<_, _> = kept.into_iter().map(|kept| (kept.new, kept.counter)).collect();
        for rule in recipe.rules_mut() {
            if let Some(counter) = counters.get(&rule.counter) {
                // A run under way may still count on the rule that this one takes the place of.
                rule.counter = *counter;
            }
        }
        self.recipe = recipe;
        self.in_force = Some(status);
    }

    /// The record that what was in force stays so.
    fn stays(&mut self, time: std::time::SystemTime, version: u64) -> AuditRecord {
        let identity = match &self.in_force {
            Some(status) => status.identity.clone(),
            None => RecipeIdentity::of("(none)", &self.recipe),
        };
        self.log.append(time, version, AuditEvent::RecipeLoaded(identity)).clone()
    }
}
