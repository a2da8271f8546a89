//! What a store keeps of the bank, so that a second start goes on where the first one ended.

use std::path::Path;
use std::process::ExitCode;

use theus_cli::StoreCommand;
use theus_core::audit::{Action, Violation};
use theus_core::prelude::*;
use theus_core::source::printable_lines;
use theus_core::store::StoreError;
use theus_sqlite::SqliteStore;

use crate::context::{Bank, Fate, Limits};
use crate::counter::BankError;
use crate::desk;
use crate::processes::Transfer;
use crate::tally::fate;

/// How many records are read at once.
const PAGE: usize = 256;

/// A step that failed by itself: the process, and what it said.
pub(crate) type Failure = (String, String);

/// What is known of the order after the last one that was noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    Not,
    Made,
    Blocked,
    Declined,
}

/// All violations on record, and the numbers of their records.
pub(crate) fn violations(engine: &Engine<Bank, Limits>) -> Result<Vec<(u64, Violation)>, StoreError> {
    let (mut found, mut next) = (Vec::new(), 1);
    loop {
        let page = engine.stored_ledger(next, PAGE)?;
        let Some(record) = page.last() else { return Ok(found) };
        next = record.sequence + 1;
        found.extend(page.iter().filter_map(|record| Some((record.sequence, record.violation()?.clone()))));
    }
}

/// What came of an order that was not noted, by what the audit has found of it.
pub(crate) fn judged(is_made: bool, since: &[&Violation]) -> Judged {
    let mut of_transfer = since.iter().filter(|violation| &*violation.process == "transfer").peekable();
    let is_refusal = |it: &&Violation| matches!(it.action, Action::Blocked | Action::Aborted | Action::Interlocked);
    match (is_made, of_transfer.peek().is_some()) {
        (true, _) => Judged::Made,
        (false, false) => Judged::Not,
        (false, true) if of_transfer.any(is_refusal) => Judged::Blocked,
        (false, true) => Judged::Declined,
    }
}

/// What comes of an order in a bank like this one, where no rule is asked and nothing is kept.
pub(crate) fn tried_apart(bank: Bank, order: Transfer) -> Result<Fate, BankError> {
    let engine = desk::without_recipe(bank, Limits::default()).build()?;
    Ok(fate(engine.run(order))?)
}

/// `bank store COMMAND --store FILE`.
pub(crate) fn serve(command: &StoreCommand, file: Option<&Path>) -> ExitCode {
    let wrong = |error: &dyn std::fmt::Display| {
        eprintln!("error: {}", printable_lines(&error.to_string()));
        ExitCode::from(crate::WRONG)
    };
    let Some(file) = file else { return wrong(&"which store? `bank store COMMAND --store FILE`") };
    // Who looks makes no file.
    if let Err(error) = is_there(file) {
        return wrong(&format!("the store {} cannot be read: {error}", file.display()));
    }
    let store = match SqliteStore::open(file) {
        Ok(store) => store,
        Err(error) => return wrong(&error),
    };
    match desk::without_recipe(Bank::default(), Limits::default()).store(store).session_in_memory().build() {
        Ok(engine) => command.serve(&engine),
        Err(error) => wrong(&error),
    }
}

#[expect(clippy::disallowed_methods, reason = "the program's door to files: no process comes here")]
fn is_there(file: &Path) -> std::io::Result<()> {
    std::fs::metadata(file).map(drop)
}
