//! What workers would disturb each other by: counters and handles that all of them write.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::signal::EventName;
use crate::workflow::chart::Definition;

/// How many copies of each there are. Sessions of different queues never share one.
const COPIES: usize = 64;

/// A number that many threads count up.
pub(super) struct Count(Box<[Cell]>);

/// On a cache line of its own.
#[repr(align(128))]
struct Cell(AtomicU64);

impl Count {
    pub(super) fn new() -> Self {
        Self((0..COPIES).map(|_| Cell(AtomicU64::new(0))).collect())
    }

    pub(super) fn add_one(&self, home: usize) {
        self.0[home % COPIES].0.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.iter().map(|cell| cell.0.load(Ordering::Relaxed)).sum()
    }
}

/// The names of a workflow's events. A clone of one counts a handle up, and dropping it counts that down.
pub(super) struct Names(Box<[Box<[EventName]>]>);

impl Names {
    pub(super) fn of(definition: &Definition) -> Self {
        let copies = |name: &EventName| (0..COPIES).map(|_| name.apart()).collect();
        Self(definition.events().iter().map(copies).collect())
    }

    /// The same name, as sessions of this home have it.
    pub(super) fn find(&self, definition: &Definition, name: &EventName, home: usize) -> Option<EventName> {
        let copies = self.0.get(definition.event(name)?.index())?;
        Some(copies[home % COPIES].clone())
    }
}
