//! Contexts of every shape.

use std::collections::BTreeMap;

use theus_core::prelude::*;

/// All zones, by prefix and by attribute, and values of every kind of storage.
#[derive(Clone, Default, Context)]
#[context(version = 3)]
pub struct Bank {
    /// What all accounts hold together.
    pub total: i64,
    /// The balance of each account.
    pub accounts: BTreeMap<String, i64>,
    /// The last customer, if there was one.
    pub last: Option<u32>,
    /// Raised when something is wrong.
    pub sig_fraud: bool,
    /// Asks for a new day.
    pub cmd_close: Option<String>,
    /// How often something ran.
    pub meta_runs: u64,
    /// A signal without the prefix of one.
    #[zone(signal)]
    pub alarm: bool,
    /// Data with the prefix of a signal.
    #[zone(data)]
    pub sig_nature: String,
    /// Meta without the prefix.
    #[zone(meta)]
    pub note: String,
}

/// Read-only configuration.
#[derive(Clone, Default, Context)]
pub struct Limits {
    /// The largest sum.
    pub most: i64,
}

/// Nested two deep.
#[derive(Clone, Default, Context)]
pub struct Plant {
    /// How many pieces were made.
    pub pieces: u64,
    /// The machine.
    #[context(nested)]
    pub machine: Machine,
}

/// The middle of it.
#[derive(Clone, Default, Context)]
pub struct Machine {
    /// Turns a minute.
    pub speed: f64,
    /// The sensor.
    #[context(nested)]
    pub sensor: Sensor,
}

/// The inner end of it.
#[derive(Clone, Default, Context)]
pub struct Sensor {
    /// The last reading.
    pub reading: f64,
    /// Raised when it is too hot.
    pub sig_hot: bool,
}

/// Generic over what it holds, with a bound, a default and a constant.
#[derive(Clone, Default, Context)]
pub struct Shelf<T: Default = String, const N: usize = 4>
where
    T: PartialEq,
{
    /// The things on it.
    pub things: Vec<T>,
    /// How often it was looked at.
    pub looks: u64,
}

/// A value that cannot be serialised, printed or looked into is a field like any other.
#[derive(Clone)]
pub struct Opaque(pub fn(i64) -> i64);

/// Holds one.
#[derive(Clone, Context)]
pub struct Toolbox {
    /// The tool.
    pub tool: Opaque,
    /// What it made.
    pub made: i64,
}

/// Scratch of one run.
#[derive(Clone, Default, Context)]
pub struct Scratch {
    /// What was added up.
    pub sum: i64,
}

/// The handles to the world outside.
pub struct Ports {
    /// The time, in seconds.
    pub clock: fn() -> i64,
    /// Where messages go.
    pub log: Box<dyn Fn(&str) + Send + Sync>,
}

/// Without any field.
#[derive(Clone, Default, Context)]
pub struct Nothing {}
