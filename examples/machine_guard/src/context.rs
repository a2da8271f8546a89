//! What the guard knows: the machine (domain), its limits (global) and the doors to the world (effects).

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

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

    /// How often it was turned on or off.
    pub(crate) fn switched(&self) -> u64 {
        self.switched.load(Ordering::Relaxed)
    }
}
