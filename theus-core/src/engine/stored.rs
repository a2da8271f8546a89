//! Whether what a store has fits the program that opens it: found out for all sessions, before anything runs.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::handle::Engine;
use crate::context::{Context, Fields};
use crate::signal::EventName;
use crate::store::{SessionState, StoreError, called};

/// How many sessions are listed at once.
const PAGE: usize = 256;

/// What was found of the sessions of a store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StoredCheck {
    /// How many sessions there are.
    pub sessions: u64,
    /// How many of them have an earlier version of the context, and are migrated when they are opened.
    pub to_migrate: u64,
    /// What does not fit this program.
    pub findings: Vec<StoredFinding>,
}

/// Something that does not fit, and in how many sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StoredFinding {
    /// What is wrong, and what to do.
    pub what: String,
    /// How many sessions it touches.
    pub sessions: u64,
    /// The first of them.
    pub example: String,
}

impl StoredFinding {
    /// What is wrong, in how many sessions, and the first of them: for who keeps sessions in a way of his own.
    #[must_use]
    pub const fn new(what: String, sessions: u64, example: String) -> Self {
        Self { what, sessions, example }
    }
}

impl StoredCheck {
    /// Whether every session can go on.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }
}

impl fmt::Display for StoredCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |count: u64| format!("{count} session{}", if count == 1 { "" } else { "s" });
        write!(f, "{} looked at, {} to be migrated", of(self.sessions), self.to_migrate)?;
        for StoredFinding { what, sessions, example } in &self.findings {
            write!(f, "\n{}, `{example}` first: {what}", of(*sessions))?;
        }
        Ok(())
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// Looks whether each session of the store can go on with this program: whether its fields have their types, whether a migration
    /// leads to this version of the context, and comes to an end, whether what waits are events. Nothing is written. With a workflow,
    /// ask [that](crate::workflow::WorkflowManager::check_stored), which looks at positions too.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # use theus_core::store::MemoryStore;
    /// # let store = MemoryStore::new();
    /// mod before {
    ///     # use theus_core::prelude::*;
    ///     #[derive(Clone, Default, Context)]
    ///     pub struct Account { pub balance: i64 }
    /// }
    /// #[derive(Clone, Default, Context)]
    /// struct Account { balance: String }
    ///
    /// let old = Engine::builder(before::Account::default()).session("a").store(store.clone()).build()?;
    /// old.hydrate_or("b", before::Account::default)?;
    /// let engine = Engine::builder(Account::default()).session("new").store(store).build()?;
    /// let check = engine.check_stored()?;
    /// assert_eq!((check.sessions, check.findings[0].sessions), (3, 2));
    /// assert!(check.findings[0].what.starts_with("`balance` does not fit this program: "), "{check}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where the store cannot be read, or there is none.
    pub fn check_stored(&self) -> Result<StoredCheck, StoreError> {
        self.check_each_stored(|_, _| None)
    }

    /// What of a session that somebody carries as a [value](SessionState) does not fit this program: all that
    /// [`check_stored`](Self::check_stored) looks at. Nothing where it can go on. With a workflow, ask
    /// [that](crate::workflow::WorkflowManager::check_state).
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # use theus_core::engine::RunId;
    /// mod before {
    ///     # use theus_core::prelude::*;
    ///     #[derive(Clone, Default, Context)]
    ///     pub struct Account { pub balance: i64 }
    /// }
    /// #[derive(Clone, Default, Context)]
    /// struct Account { balance: String }
    ///
    /// let old = Engine::builder(before::Account::default()).carried().build()?;
    /// let state = old.carry("a", before::Account::default(), None, RunId { life: 1, turn: 0 })?.dehydrate()?;
    /// let engine = Engine::builder(Account::default()).carried().build()?;
    /// assert!(engine.check_state("a", &state)?[0].starts_with("`balance` does not fit this program: "));
    /// assert_eq!(old.check_state("a", &state)?, Vec::<String>::new());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`NoStore`](StoreError::NoStore) of an engine whose sessions are neither stored nor [carried](crate::EngineBuilder::carried).
    pub fn check_state(&self, name: &str, state: &SessionState) -> Result<Vec<String>, StoreError> {
        self.unfit(name, state)
    }

    /// [`check_stored`](Self::check_stored), with somebody else's look at each session.
    pub(crate) fn check_each_stored(
        &self,
        mut look: impl FnMut(&str, &SessionState) -> Option<String>,
    ) -> Result<StoredCheck, StoreError> {
        let store = &self.durable_engine()?.store.store;
        let (mut check, mut last) = (StoredCheck::default(), None::<String>);
        let mut found: BTreeMap<String, (u64, String)> = BTreeMap::new();
        loop {
            let page = called(&**store, |store| store.sessions(last.as_deref(), PAGE))?;
            let Some(row) = page.last() else { break };
            last = Some(row.name.clone());
            for row in page {
                let name = row.name;
                let mut findings = Vec::new();
                match called(&**store, |store| store.load(&name)) {
                    // It is gone meanwhile.
                    Ok(None) => continue,
                    Ok(Some(state)) => {
                        check.to_migrate += u64::from(state.schema < D::VERSION);
                        findings.extend(self.unfit(&name, &state)?);
                        findings.extend(look(&name, &state));
                    }
                    Err(error @ (StoreError::Corrupt { .. } | StoreError::Newer { .. })) => {
                        findings.push(error.to_string());
                    }
                    Err(error) => return Err(error),
                }
                check.sessions += 1;
                for what in findings {
                    found.entry(what).or_insert_with(|| (0, name.clone())).0 += 1;
                }
            }
        }
        let finding = |(what, (sessions, example))| StoredFinding { what, sessions, example };
        check.findings = found.into_iter().map(finding).collect();
        check.findings.sort_by_key(|finding| std::cmp::Reverse(finding.sessions));
        Ok(check)
    }

    fn unfit(&self, name: &str, state: &SessionState) -> Result<Vec<String>, StoreError> {
        let durable = self.durable_engine()?;
        let mut findings = Vec::new();
        if state.format != SessionState::FORMAT {
            findings.push(format!(
                "its state has the format {}, and this program knows {}",
                state.format,
                SessionState::FORMAT
            ));
            return Ok(findings);
        }
        let fields = match durable.migrations.bring_up(name, state.schema, &state.fields) {
            Ok(migrated) => Ok(migrated.unwrap_or_else(|| state.fields.clone())),
            Err(error) => Err(error),
        };
        let fits = fields.and_then(|fields| {
            let held = self.core.hold_beside_lease("check_stored", None);
            let held = held.map_err(|error| StoreError::Unavailable {
                store: format!("the session `{}`", self.session()),
                reason: error.to_string(),
            })?;
            let mut apart = held.fields.share();
            drop(held);
            (durable.fields.bring_back)(&mut apart, name, fields)
        });
        match fits {
            Err(error @ StoreError::Unavailable { .. }) => return Err(error),
            fits => findings.extend(fits.err().map(without_session)),
        }
        for event in &state.events {
            if let Err(error) = EventName::parse(&event.name) {
                findings.push(format!("an event that waits has no name of one: {error}"));
            }
        }
        Ok(findings)
    }
}

/// What is the same for all sessions that have it.
fn without_session(error: StoreError) -> String {
    match error {
        StoreError::Decode { path, error, .. } => format!("`{path}` does not fit this program: {error}"),
        StoreError::UnknownField { path, help, .. } => {
            format!("there is a field `{path}` that this program's context has not{help}")
        }
        StoreError::LaterContext { found, known, .. } => format!(
            "it has version {found} of its context, and this program has {known}: use the program that wrote it, or a later one"
        ),
        StoreError::NoMigration { found, known, .. } => format!(
            "it has version {found} of its context, and this program has {known}: say how the one becomes the other, by \
             `.migrate(..)` on the builder"
        ),
        StoreError::Migration { from, to, reason, .. } => {
            format!("it cannot be migrated from version {from} of its context to {to}: {reason}")
        }
        error => error.to_string(),
    }
}
