//! The context that random programs work on: every layer and zone, values in place and behind handles, nested fields.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use imbl::OrdMap;
use theus_core::prelude::*;

#[derive(Clone, Debug, Default, PartialEq, Context)]
pub(crate) struct World {
    pub count: i64,
    pub flag: bool,
    pub limit: Option<i64>,
    pub name: String,
    pub items: Vec<i64>,
    pub table: BTreeMap<i64, String>,
    pub shelf: OrdMap<i64, i64>,
    #[context(nested)]
    pub tank: Tank,
    pub sig_alarm: bool,
    pub cmd_move: Option<i64>,
    pub sig_note: String,
    pub meta_trace: String,
    pub meta_runs: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Context)]
pub(crate) struct Tank {
    pub level: i64,
    pub label: String,
    pub sig_spill: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Context)]
pub(crate) struct Limits {
    pub step: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Context)]
pub(crate) struct Scratch {
    pub steps: i64,
}

/// The world outside.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ports {
    pub ledger: Ledger,
}

/// An effect that keeps what it was told, so that a test sees what was done and how often.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger(Arc<Mutex<Vec<(i64, i64)>>>);

impl Ledger {
    pub(crate) fn post(&self, run: i64, value: i64) {
        self.0.lock().unwrap().push((run, value));
    }

    pub(crate) fn posted(&self) -> Vec<(i64, i64)> {
        self.0.lock().unwrap().clone()
    }
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("refused at {0}")]
pub(crate) struct Refused(pub i64);

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("broken at {0}")]
pub(crate) struct Broken(pub i64);
