//! The counter of the bank: orders in, one transaction after the other, until the end or the stop.

use std::path::{Path, PathBuf};

use theus_core::audit::{FileOptions, FileSink, Fsync, LedgerError, LedgerFiles, Level, SinkOptions, Tail};
use theus_core::prelude::*;
use theus_core::signal::EmitError;
use theus_core::source::printable_lines;
use theus_core::workflow::{Status, WorkflowError};
use thiserror::Error;

use crate::clock::Clock;
use crate::context::{Account, AccountId, Bank, Limits, total};
use crate::desk;
use crate::money::Money;
use crate::orders::{A_DAY, Order};
use crate::processes::{Transfer, TransferError};
use crate::tally::Tally;

/// So many records are kept in memory, to be verified at the end; where there are more, the oldest make room.
const RECORDS: usize = 1 << 20;
/// The ledger's file is forced onto the disk after so many records: nothing that is lost here costs anybody anything.
const SYNC: Fsync = Fsync::Every(1_000);

/// What is wrong: with what was given, or on the way.
#[derive(Debug, Error)]
pub(crate) enum BankError {
    /// The recipe is wrong.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The workflow is wrong, or went astray.
    #[error(transparent)]
    Workflow(#[from] WorkflowError),
    /// The ledger's file cannot be used, or is not what was recorded.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A run that failed by nobody's rule.
    #[error(transparent)]
    Run(#[from] RunError<TransferError>),
    /// The bus has no room for an event.
    #[error(transparent)]
    Emit(#[from] EmitError),
    /// More money than can be counted.
    #[error("there is more money than can be counted")]
    TooMuchMoney,
    /// The state cannot be looked at.
    #[error(transparent)]
    State(#[from] RunError<std::convert::Infallible>),
}

/// An open bank.
pub(crate) struct Counter {
    engine: Engine<Bank, Limits>,
    desk: WorkflowManager<Bank, Limits>,
    clock: Clock,
    ledger: Option<PathBuf>,
    total_before: Money,
    tally: Tally,
}

/// How it ended.
pub(crate) struct Outcome {
    pub(crate) tally: Tally,
    pub(crate) status: Status,
    /// Whether the interlock is latched.
    pub(crate) halted: bool,
    /// The state of the workflow.
    pub(crate) state: String,
    pub(crate) bank: Bank,
    pub(crate) total_before: Money,
    pub(crate) total_after: Money,
    pub(crate) ledger: Ledger,
}

/// What is on record.
pub(crate) struct Ledger {
    /// How many records this run made.
    pub(crate) records: u64,
    /// How many of them are not kept in memory.
    pub(crate) dropped: u64,
    pub(crate) tail: Tail,
    /// Why it does not verify, where it does not.
    pub(crate) fault: Option<LedgerError>,
}

impl Counter {
    /// Opens the bank. What is wrong with the recipe, the workflow or the ledger is told before any money moves.
    pub(crate) fn open(
        balances: &[i64],
        recipe: Option<&Path>,
        workflow: Option<&Path>,
        ledger: Option<&Path>,
    ) -> Result<Self, BankError> {
        let accounts = (1..).map(AccountId).zip(balances.iter().map(|cents| Account::with(Money::cents(*cents))));
        let bank = Bank::open(accounts.collect()).ok_or(BankError::TooMuchMoney)?;
        let clock = Clock::default();
        let total_before = total(&bank.accounts).ok_or(BankError::TooMuchMoney)?;
        let builder = match recipe {
            Some(path) => desk::without_recipe(bank, Limits::default()).recipe_file(path)?,
            None => desk::builder(bank, Limits::default()),
        };
        let builder = builder.session("bank").records(RECORDS);
        let builder = match ledger {
            Some(path) => {
                // What is there already is verified, all of it, before anything is added to it.
                let sink = FileSink::open(path, FileOptions::new().fsync(SYNC))?;
                // Closed for level B too: a refusal that nobody can prove later is none.
                builder.sink(sink, SinkOptions::new().fail_closed(Level::B))
            }
            None => builder,
        };
        let now = clock.clone();
        let engine = builder.clock(move || now.now()).build()?;
        let desk = match workflow {
            Some(path) => WorkflowManager::from_file(&engine, path)?,
            None => WorkflowManager::from_checked(&engine, desk::WORKFLOW)?,
        };
        for warning in desk.definition().warnings() {
            eprintln!("{}\n", printable_lines(&warning.to_string()));
        }
        Ok(Self { engine, desk, clock, ledger: ledger.map(Path::to_owned), total_before, tally: Tally::default() })
    }

    /// Enters the workflow's first state.
    pub(crate) fn start(&mut self) -> Result<(), BankError> {
        self.settle()
    }

    /// Whether another transfer can be taken.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.desk.status(), Status::Running)
    }

    /// Tries one transfer, and lets the workflow do all that follows from it.
    pub(crate) fn take(&mut self, order: Order) -> Result<(), BankError> {
        self.clock.set(self.tally.transfers);
        let Order { from, to, cents } = order;
        let command = Transfer { from: AccountId(from), to: AccountId(to), amount: Money::cents(cents) };
        let report = self.desk.run(command)?;
        self.tally.violations(report.violations);
        self.tally.transfer(report.result)?;
        self.settle()?;
        if self.tally.transfers.is_multiple_of(A_DAY) { self.tell("CMD_END_OF_DAY") } else { Ok(()) }
    }

    /// Closes the bank for good, if the workflow knows how.
    pub(crate) fn close(&mut self) -> Result<(), BankError> {
        self.tell("CMD_CLOSE")
    }

    /// Tells the workflow something. One that has no use for it goes on as it was.
    fn tell(&mut self, event: &str) -> Result<(), BankError> {
        match self.desk.emit(event) {
            Ok(()) => self.settle(),
            Err(EmitError::Unhandled { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Handles events until none is left, unless the audit has stopped everything.
    fn settle(&mut self) -> Result<(), BankError> {
        if !self.is_open() {
            return Ok(());
        }
        for step in self.desk.run_until_idle()?.into_iter().flat_map(|handled| handled.steps) {
            self.tally.violations(step.violations);
            if let Err(error) = &step.result {
                self.tally.failure(step.process, error);
            }
        }
        Ok(())
    }

    /// What there is to report.
    pub(crate) fn finish(self) -> Result<Outcome, BankError> {
        let bank = self.engine.snapshot()?.to_context();
        Ok(Outcome {
            status: self.desk.status(),
            halted: self.engine.interlock().is_some(),
            state: self.desk.state().to_owned(),
            total_before: self.total_before,
            total_after: total(&bank.accounts).ok_or(BankError::TooMuchMoney)?,
            bank,
            ledger: Ledger::of(&self.engine, self.ledger.as_deref())?,
            tally: self.tally,
        })
    }
}

impl Ledger {
    /// Follows the chain in memory, and the one in the file to the very record at which it must end.
    fn of(engine: &Engine<Bank, Limits>, file: Option<&Path>) -> Result<Self, BankError> {
        let (excerpt, tail) = (engine.ledger(), engine.status().records.tail);
        let in_memory = excerpt.verify().map_err(LedgerError::from);
        let in_file = file.map(|path| LedgerFiles::at(path).verify_to(tail)).transpose();
        let (kept, dropped) = (excerpt.len() as u64, excerpt.dropped());
        Ok(Self { records: kept + dropped, dropped, tail, fault: in_memory.err().or(in_file.err()) })
    }
}
