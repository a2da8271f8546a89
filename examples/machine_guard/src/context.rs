//! What the guard knows: the machine (domain), its limits (global) and the doors to the world (effects).

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use imbl::OrdMap;
use serde::{Deserialize, Serialize};
use theus_core::prelude::*;

/// The machine, as far as it is known. Changed by committed transactions only.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Context)]
#[context(version = 1)]
pub(crate) struct Machine {
    /// When the last reading was taken, as it stood in the input.
    pub(crate) timestamp: String,
    /// The last reading, in degrees Fahrenheit.
    pub(crate) temperature: f64,
    /// The last readings and what follows from them.
    #[context(nested)]
    pub(crate) window: Window,
    /// How the machine is.
    pub(crate) mode: Mode,
    /// How often the mode changed for the worse.
    pub(crate) alarms: u64,
    /// Whether the cooling was told to run.
    pub(crate) cooling: bool,
    /// How many readings were recorded.
    pub(crate) recorded: u64,
    /// How far a store has come.
    #[context(nested)]
    pub(crate) progress: Progress,
    /// A reading was recorded.
    pub(crate) sig_reading: bool,
    /// The mode was decided: all is well.
    pub(crate) sig_steady: bool,
    /// The mode was decided: too hot.
    pub(crate) sig_overheat: bool,
    /// The mode was decided: as cold as a machine that stands.
    pub(crate) sig_cold: bool,
    /// Since when the mode is what it is. For people to read; nothing is decided by it.
    pub(crate) meta_mode_since: String,
}

/// Statistics of a moving window of readings.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Context)]
pub(crate) struct Window {
    /// The readings, oldest first.
    pub(crate) values: VecDeque<f64>,
    /// Their mean.
    pub(crate) mean: f64,
    /// The least of them.
    pub(crate) low: f64,
    /// The greatest of them.
    pub(crate) high: f64,
    /// Their standard deviation.
    pub(crate) deviation: f64,
}

/// What a store is told after each reading, so that a program that is started again reports what one without a break would.
/// Nothing is decided by it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Context)]
pub(crate) struct Progress {
    /// Up to which reading all is accounted for, counted from 1.
    pub(crate) reading: u64,
    /// A hash over the readings until then.
    pub(crate) digest: String,
    /// Up to which record of the ledger.
    pub(crate) ledger: u64,
    /// How many readings had been recorded then.
    pub(crate) recorded: u64,
    /// How the machine was then, and since when: the Meta zone is not stored.
    pub(crate) mode: Mode,
    pub(crate) since: String,
    /// Whether the cooling ran then, and how often it had been switched.
    pub(crate) cooling: bool,
    pub(crate) switched: u64,
    /// The readings of which there is more to say than that they were recorded, by their numbers; 0 is what came before the first.
    pub(crate) remarks: OrdMap<u64, Remark>,
}

/// What there is to say of a reading.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Remark {
    /// It was not recorded.
    pub(crate) refused: bool,
    /// The records of the ledger that are of it: those after the first number, up to the second.
    pub(crate) records: (u64, u64),
    /// Steps that failed by themselves: the process, and what it said.
    pub(crate) failures: Vec<(String, String)>,
}

/// How the machine is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    /// It works within its limits.
    #[default]
    Normal,
    /// It is too hot: the cooling must run.
    Hot,
    /// It is so cold that it cannot be working.
    Cold,
}

impl Mode {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Hot => "hot",
            Self::Cold => "cold",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// So that a recipe can ask for it: `{ field: domain.mode, neq: cold }`.
impl Inspect for Mode {
    fn shape() -> Shape {
        Shape::Text
    }
    fn inspect(&self) -> Value<'_> {
        Value::Text(self.as_str())
    }
}

/// What the machine may do. Read-only for as long as the engine lives.
#[derive(Clone, Debug, Context)]
pub(crate) struct Limits {
    /// How many readings the window holds.
    pub(crate) window: usize,
    /// Hot from this mean of the window on.
    pub(crate) hot: f64,
    /// Hot until the mean is below this one: lower than `hot`, so that the cooling does not flutter.
    pub(crate) cooled: f64,
    /// Cold below this mean.
    pub(crate) cold: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { window: 12, hot: 100.0, cooled: 96.0, cold: 55.0 }
    }
}

/// The doors to the world outside. A process goes through those that it declares.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ports {
    /// The switch of the cooling.
    pub(crate) actuator: Arc<Actuator>,
}

/// The switch of the cooling. A real one would drive a relay; this one remembers what it was told.
#[derive(Debug, Default)]
pub(crate) struct Actuator {
    on: AtomicBool,
    switched: AtomicU64,
}

impl Actuator {
    /// Turns the cooling on or off. Telling it twice is telling it once.
    pub(crate) fn switch(&self, on: bool) {
        if self.on.swap(on, Ordering::Relaxed) != on {
            self.switched.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether it is on.
    pub(crate) fn is_on(&self) -> bool {
        self.on.load(Ordering::Relaxed)
    }

    /// It is as it was when the program ended. A real one would be asked.
    pub(crate) fn restore(&self, on: bool, switched: u64) {
        self.on.store(on, Ordering::Relaxed);
        self.switched.store(switched, Ordering::Relaxed);
    }

    /// How often it was turned on or off.
    pub(crate) fn switched(&self) -> u64 {
        self.switched.load(Ordering::Relaxed)
    }
}
