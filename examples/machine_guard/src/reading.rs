//! One reading of the sensor, and where readings come from.

use crate::input::{CsvReadings, InputError};
use crate::trace::Trace;

/// One reading of the sensor.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reading {
    /// When it was taken, as it stands in the input.
    pub(crate) timestamp: String,
    /// The temperature. It need not be finite: what to think of that is for the recipe to say.
    pub(crate) value: f64,
}

/// Where readings come from.
pub(crate) enum Readings {
    /// A CSV file.
    File(Box<CsvReadings>),
    /// The built-in simulation.
    Simulated(Trace),
}

impl Readings {
    /// How much was taken and how much there is, in whatever unit; nothing where that cannot be known, as with a pipe.
    pub(crate) fn progress(&self) -> Option<(u64, u64)> {
        match self {
            Self::File(file) => file.progress(),
            Self::Simulated(trace) => Some(trace.progress()),
        }
    }
}

impl Iterator for Readings {
    type Item = Result<Reading, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::File(file) => file.next(),
            Self::Simulated(trace) => trace.next().map(Ok),
        }
    }
}
