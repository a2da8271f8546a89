//! What a [`Store`] must do, as cases that any adapter can be put through.
//!
//! Each case has a place of its own, in which nothing is stored yet, and may open it again and again. An adapter's author writes one
//! test, of three lines:
//!
//! ```
//! use std::sync::Arc;
//! use theus_core::store::{MemoryStore, Store, conformance};
//!
//! let report = conformance::check(|| {
//!     let place = MemoryStore::new(); // a temporary folder, a database of a new name, ..
//!     Ok(move || -> Result<Arc<dyn Store>, String> { Ok(Arc::new(place.clone())) }) // opens it
//! });
//! assert!(report.is_passed(), "{report}");
//! ```
//!
//! The names of [`cases`] say what is expected, and an error says what was found. What a crash, a full disk or a cut connection does to
//! a database is its adapter's own to test.

mod cases;
mod desk;
mod records;

use std::fmt;
use std::sync::Arc;

use super::Store;
use crate::panics::caught;
use desk::Desk;

/// A place where sessions are kept, which can be opened more than once: a file, a database.
pub trait Backend {
    /// A handle on what is there, apart from other handles where it can be: another connection.
    ///
    /// # Errors
    /// Why it cannot be opened.
    fn open(&self) -> Result<Arc<dyn Store>, String>;
}

impl<F: Fn() -> Result<Arc<dyn Store>, String>> Backend for F {
    fn open(&self) -> Result<Arc<dyn Store>, String> {
        self()
    }
}

/// One thing that a store must do.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// What it must do, in words.
    pub name: &'static str,
    /// The rule of [`Store`] that says so; 0 for what its methods say.
    pub rule: u8,
    run: fn(&Desk<'_>) -> Result<(), String>,
}

impl Case {
    /// Puts a store through it, in a place where there is nothing.
    ///
    /// # Errors
    /// What was expected, and what was found. A store that panics is an error too.
    pub fn run(&self, place: &dyn Backend) -> Result<(), String> {
        let run = || Desk::open(place).and_then(|desk| (self.run)(&desk));
        caught(run).unwrap_or_else(|panic| Err(format!("it panicked: {}", panic.message())))
    }
}

/// All cases, in the order of the rules.
#[must_use]
pub fn cases() -> Vec<Case> {
    cases::all()
}

/// Puts a store through every case, each in a fresh place.
pub fn check<B: Backend>(mut fresh: impl FnMut() -> Result<B, String>) -> Report {
    let mut report = Report { passed: Vec::new(), failed: Vec::new() };
    for case in cases() {
        let outcome = caught(&mut fresh)
            .unwrap_or_else(|panic| Err(format!("a place could not be made: {}", panic.message())))
            .and_then(|place| case.run(&place));
        match outcome {
            Ok(()) => report.passed.push(case.name),
            Err(found) => report.failed.push((case, found)),
        }
    }
    report
}

/// How a store has done.
#[derive(Clone, Debug)]
#[must_use]
pub struct Report {
    /// What it does, by name.
    pub passed: Vec<&'static str>,
    /// What it does not, with what was found.
    pub failed: Vec<(Case, String)>,
}

impl Report {
    /// Whether it has passed every case.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.failed.is_empty()
    }
}

/// A line, and one for each case that failed.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passed, failed } = self;
        write!(f, "{} of {} cases passed", passed.len(), passed.len() + failed.len())?;
        for (Case { name, rule, .. }, found) in failed {
            match rule {
                0 => write!(f, "\n- {name}: {found}")?,
                rule => write!(f, "\n- {name} (rule {rule}): {found}")?,
            }
        }
        Ok(())
    }
}
