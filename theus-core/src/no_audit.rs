//! The audit where the feature `recipes` is off: there are no rules, and so none of what comes of rules can ever be. The types
//! keep their names, so that the pipeline and [`RunError`](crate::RunError) are the same with the feature and without.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use thiserror::Error;

#[cfg(feature = "workflow")]
pub(crate) use theus_lang::audit::{Catalog, ProcessEntry};
pub use theus_model::audit::{Gate, Level, Subject, Text};

use crate::context::Fields;

/// There is none: rules come with the feature `recipes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Violation {}

/// There is none: rules come with the feature `recipes`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AuditBlockError {}

/// There is none: rules come with the feature `recipes`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AuditInterlockError {}

/// There is none: records come with the feature `recipes`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unrecorded {}

/// There is none: an interlock comes with the feature `recipes`.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize)]
pub enum Interlock {}

macro_rules! without_violations {
    ($($error:ty),*) => {$(
        impl $error {
            /// None.
            #[must_use]
            pub const fn violations(&self) -> &[Violation] {
                match *self {}
            }
        }
    )*};
}
without_violations!(AuditBlockError, AuditInterlockError, Unrecorded);

impl AuditInterlockError {
    /// None.
    #[must_use]
    pub const fn level(&self) -> Level {
        match *self {}
    }
}

/// What would refuse a run.
#[derive(Debug)]
pub(crate) enum Refusal {
    Block(AuditBlockError),
    Interlock(AuditInterlockError),
    Unrecorded(Unrecorded),
}

/// The rules of a process.
#[derive(Debug)]
pub(crate) enum Gates {}

impl Gates {
    pub(crate) const fn is_empty(&self, _: Gate) -> bool {
        match *self {}
    }

    pub(crate) const fn reads_arguments(&self, _: Gate) -> bool {
        match *self {}
    }

    pub(crate) const fn asks_now(&self, _: Gate) -> bool {
        match *self {}
    }

    pub(crate) const fn asks_input(&self) -> bool {
        match *self {}
    }

    pub(crate) const fn passes_by_numbers(&self, _: Gate, _: &impl Fields) -> bool {
        match *self {}
    }

    pub(crate) fn judge(&self, _: Gate, _: &(impl Subject + ?Sized), _: &AuditSession) -> RuleOutcomes {
        match *self {}
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = ()> {
        std::iter::empty()
    }
}

/// What judging found: nothing.
#[derive(Debug, Default)]
pub(crate) struct RuleOutcomes {
    nothing: (),
}

impl RuleOutcomes {
    pub(crate) const fn is_empty(&self) -> bool {
        true
    }

    pub(crate) const fn append(&mut self, _: Self) {}
}

/// Who would count and record.
#[derive(Debug)]
pub(crate) struct Auditor;

impl Auditor {
    /// No rule asks.
    pub(crate) fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    pub(crate) const fn asks(&self) -> bool {
        false
    }

    pub(crate) const fn stop(&self) -> Option<Interlock> {
        None
    }

    pub(crate) const fn let_through(&self) -> Result<u64, Interlock> {
        Ok(0)
    }

    pub(crate) const fn interlock(&self) -> Option<Interlock> {
        None
    }

    pub(crate) fn session(&self, name: impl Into<Text>) -> AuditSession {
        AuditSession::new(name)
    }

    pub(crate) const fn would_refuse(&self, _: &AuditSession, _: &RuleOutcomes) -> bool {
        false
    }

    pub(crate) fn settle(
        &self,
        _: &AuditSession,
        _: &'static str,
        _: u64,
        _: RuleOutcomes,
        _: &mut Vec<Violation>,
    ) -> Result<(), Refusal> {
        Ok(())
    }
}

/// The name of a session.
#[derive(Debug)]
pub(crate) struct AuditSession {
    name: Text,
}

impl AuditSession {
    pub(crate) fn new(name: impl Into<Text>) -> Self {
        Self { name: name.into() }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn keep_those_of(&self, _: impl Iterator<Item = ()>) {}
}
