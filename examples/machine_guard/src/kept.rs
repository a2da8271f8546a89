//! What a store keeps of the guard, so that a second start goes on where the first one ended.

use std::path::Path;
use std::process::ExitCode;

use theus_cli::StoreCommand;
use theus_core::audit::{Action, Violation};
use theus_core::prelude::*;
use theus_core::source::printable_lines;
use theus_core::store::StoreError;
use theus_sqlite::SqliteStore;
use thiserror::Error;

use crate::context::{Actuator, Limits, Machine, Ports, Progress, Remark};
use crate::desk;
use crate::input::InputError;
use crate::processes::AccountFor;
use crate::reading::{Reading, Readings};
use crate::tally::Tally;

/// How many records are read at once.
const PAGE: usize = 256;

/// Why it cannot go on with what is kept.
#[derive(Debug, Error)]
pub(crate) enum KeptError {
    /// The input ends before what was judged of it.
    #[error(
        "the store has judged {judged} readings, and the input ends after {readings}: it is another one; use another `--store`"
    )]
    Ends { judged: u64, readings: u64 },
    /// The input is not what was judged.
    #[error("the first {judged} readings of the input are not those that the store has judged: use another `--store`")]
    Other { judged: u64 },
    /// The input cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The state cannot be looked at.
    #[error(transparent)]
    State(#[from] RunError<std::convert::Infallible>),
}

/// A step that failed by itself: the process, and what it said.
pub(crate) type Failure = (String, String);

/// How far all is accounted for.
pub(crate) struct Kept {
    engine: Engine<Machine, Limits, Ports>,
    /// Which reading was the last.
    reading: u64,
    digest: blake3::Hash,
    /// Which record of the ledger was the last.
    ledger: u64,
    /// How many readings had been recorded then.
    recorded: u64,
    /// Since when the machine is how it is, as far as this program has not found it out by itself.
    since: String,
}

/// What was done before and is not accounted for yet.
pub(crate) enum Unfinished {
    /// Nothing of another reading.
    Nothing,
    /// The next reading was judged: whether it was recorded.
    Judged(bool),
}

impl Kept {
    /// Goes on with what is there: the actuator is as it was, and all that is accounted for is counted again, from the readings and
    /// the ledger, which are what it was counted from the first time.
    pub(crate) fn open(
        engine: &Engine<Machine, Limits, Ports>,
        actuator: &Actuator,
        readings: &mut Readings,
        tally: &mut Tally,
    ) -> Result<Self, KeptError> {
        let machine = engine.snapshot()?.to_context();
        let Progress { reading, digest, ledger, recorded, mode, since, cooling, switched, remarks } = machine.progress;
        actuator.restore(machine.cooling, switched + u64::from(machine.cooling != cooling));
        let since = if machine.mode == mode { since } else { machine.timestamp };
        let nothing = blake3::Hash::from_bytes([0; 32]);
        let mut kept = Self { engine: engine.clone(), reading: 0, digest: nothing, ledger, recorded, since };
        kept.tell(remarks.get(&0), tally)?;
        while kept.reading < reading {
            let Some(next) = readings.next().transpose()? else {
                return Err(KeptError::Ends { judged: reading, readings: kept.reading });
            };
            kept.follow(&next);
            let remark = remarks.get(&kept.reading);
            tally.reading(next, !remark.is_some_and(|remark| remark.refused));
            kept.tell(remark, tally)?;
        }
        if reading > 0 && kept.digest.to_hex().as_str() != digest {
            return Err(KeptError::Other { judged: reading });
        }
        Ok(kept)
    }

    /// Counts what is to be said of a reading.
    fn tell(&self, remark: Option<&Remark>, tally: &mut Tally) -> Result<(), KeptError> {
        let Some(Remark { records: (after, last), failures, .. }) = remark else { return Ok(()) };
        tally.violations(self.violations(*after, *last)?);
        failures.iter().for_each(|(process, error)| tally.failure(process.clone(), error.clone()));
        Ok(())
    }

    /// One more reading: its number, and the hash over all of them.
    fn follow(&mut self, reading: &Reading) {
        self.reading += 1;
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.digest.as_bytes());
        hasher.update(&(reading.timestamp.len() as u64).to_le_bytes());
        hasher.update(reading.timestamp.as_bytes());
        hasher.update(&reading.value.to_bits().to_le_bytes());
        self.digest = hasher.finalize();
    }

    /// What the violations after one record are, up to another.
    fn violations(&self, after: u64, last: u64) -> Result<Vec<Violation>, KeptError> {
        let (mut found, mut next) = (Vec::new(), after + 1);
        while next <= last {
            let page = self.engine.stored_ledger(next, PAGE)?;
            let Some(record) = page.last() else { break };
            next = record.sequence + 1;
            let these = page.into_iter().take_while(|record| record.sequence <= last);
            found.extend(these.filter_map(|record| record.violation().cloned()));
        }
        Ok(found)
    }

    /// What the audit has found since all was accounted for, and up to which record that is.
    fn news(&self) -> Result<(Vec<Violation>, u64), KeptError> {
        let last = self.engine.status().records.tail.sequence;
        Ok((self.violations(self.ledger, last)?, last))
    }

    /// What was done of the next reading before the program ended.
    pub(crate) fn unfinished(&self) -> Result<Unfinished, KeptError> {
        let is_recorded = *self.engine.snapshot()?.recorded > self.recorded;
        let (violations, _) = self.news()?;
        let is_refusal = |it: &Violation| {
            &*it.process == "record_reading"
                && matches!(it.action, Action::Blocked | Action::Aborted | Action::Interlocked)
        };
        let is_refused = violations.iter().any(is_refusal);
        Ok(if is_recorded || is_refused { Unfinished::Judged(is_recorded) } else { Unfinished::Nothing })
    }

    /// All is done that follows from a reading, or from the start where there is none: it is counted, and the store is told.
    pub(crate) fn account(
        &mut self,
        reading: Option<Reading>,
        recorded: bool,
        failures: Vec<Failure>,
        actuator: &Actuator,
        tally: &mut Tally,
    ) -> Result<(), KeptError> {
        let (violations, last) = self.news()?;
        let is_nothing = violations.is_empty() && failures.is_empty();
        if let Some(reading) = reading {
            self.follow(&reading);
            tally.reading(reading, recorded);
        } else if is_nothing {
            return Ok(());
        }
        tally.violations(violations);
        failures.iter().for_each(|(process, error)| tally.failure(process.clone(), error.clone()));
        // The engine is stopped and commits nothing: the next start finds out again what came of the last reading.
        if self.engine.interlock().is_some() {
            return Ok(());
        }
        let remark =
            (!recorded || !is_nothing).then_some(Remark { refused: !recorded, records: (self.ledger, last), failures });
        let machine = self.engine.snapshot()?;
        let (since, switched) = (self.since(&machine.meta_mode_since), actuator.switched());
        let (reading, digest) = (self.reading, self.digest.to_hex().to_string());
        self.recorded = *machine.recorded;
        drop(machine);
        self.engine.run(AccountFor { reading, digest, ledger: last, since, switched, remark })?;
        self.ledger = last;
        Ok(())
    }

    /// Since when the machine is how it is.
    pub(crate) fn since(&self, found: &str) -> String {
        if found.is_empty() { self.since.clone() } else { found.to_owned() }
    }
}

/// `machine_guard store COMMAND --store FILE`.
pub(crate) fn serve(command: &StoreCommand, file: Option<&Path>) -> ExitCode {
    let wrong = |error: &dyn std::fmt::Display| {
        eprintln!("error: {}", printable_lines(&error.to_string()));
        ExitCode::from(crate::WRONG)
    };
    let Some(file) = file else { return wrong(&"which store? `machine_guard store COMMAND --store FILE`") };
    // Who looks makes no file.
    if let Err(error) = is_there(file) {
        return wrong(&format!("the store {} cannot be read: {error}", file.display()));
    }
    let store = match SqliteStore::open(file) {
        Ok(store) => store,
        Err(error) => return wrong(&error),
    };
    let builder = desk::without_recipe(Machine::default(), Limits::default(), Ports::default());
    match builder.store(store).session_in_memory().build() {
        Ok(engine) => command.serve(&engine),
        Err(error) => wrong(&error),
    }
}

#[expect(clippy::disallowed_methods, reason = "the program's door to files: no process comes here")]
fn is_there(file: &Path) -> std::io::Result<()> {
    std::fs::metadata(file).map(drop)
}
