//! The counter of the bank: orders in, one transaction after the other, until the end or the stop.

use std::path::{Path, PathBuf};

use theus_core::audit::{FileOptions, FileSink, Fsync, LedgerError, LedgerFiles, Level, SinkOptions, Tail};
use theus_core::engine::StoredLedgerError;
use theus_core::prelude::*;
use theus_core::signal::EmitError;
use theus_core::source::printable_lines;
use theus_core::store::StoreError;
use theus_core::workflow::{ResumeError, Status, WorkflowError};
use theus_sqlite::SqliteStore;
use thiserror::Error;

use crate::cli::Options;
use crate::clock::Clock;
use crate::context::{Account, AccountId, Bank, Fate, Limits, Served, total};
use crate::desk;
use crate::kept::{self, Failure};
use crate::money::Money;
use crate::orders::{A_DAY, Order, Orders};
use crate::processes::{NoteOrder, Transfer, TransferError};
use crate::tally::{Tally, fate};

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
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is stored does not fit the workflow.
    #[error(transparent)]
    Resume(#[from] ResumeError),
    /// The store has another bank.
    #[error(
        "the store has the bank of seed {stored}, and this is the one of seed {seed}: say `--seed {stored}`, or use another `--store`"
    )]
    OtherSeed { stored: u64, seed: u64 },
}

/// An open bank.
pub(crate) struct Counter {
    engine: Engine<Bank, Limits>,
    desk: WorkflowManager<Bank, Limits>,
    clock: Clock,
    ledger: Option<PathBuf>,
    is_stored: bool,
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
    /// Opens the bank. What is wrong with the recipe, the workflow, the ledger or the store is told before any money moves.
    pub(crate) fn open(balances: &[i64], options: &Options) -> Result<Self, BankError> {
        let Options { recipe, workflow, ledger, store, seed, .. } = options;
        let accounts = (1..).map(AccountId).zip(balances.iter().map(|cents| Account::with(Money::cents(*cents))));
        let bank = Bank::open(accounts.collect(), *seed).ok_or(BankError::TooMuchMoney)?;
        let clock = Clock::default();
        let total_before = bank.books.opening;
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
        let builder = match store {
            Some(file) => builder.store(SqliteStore::open(file)?),
            None => builder,
        };
        let now = clock.clone();
        let engine = builder.clock(move || now.now()).build()?;
        let stored = *engine.snapshot()?.served.seed;
        if stored != *seed {
            return Err(BankError::OtherSeed { stored, seed: *seed });
        }
        let desk = match workflow {
            Some(path) => WorkflowManager::from_file(&engine, path)?,
            None => WorkflowManager::from_checked(&engine, desk::WORKFLOW)?,
        };
        for warning in desk.definition().warnings() {
            eprintln!("{}\n", printable_lines(&warning.to_string()));
        }
        let is_stored = store.is_some();
        let desk = if is_stored { desk.hydrate()? } else { desk };
        let (ledger, tally) = (ledger.clone(), Tally::default());
        Ok(Self { engine, desk, clock, ledger, is_stored, total_before, tally })
    }

    /// Enters the workflow's first state. Where a store has more than that, goes on from there: what was under way is done to its end,
    /// and the orders that were served are taken off.
    pub(crate) fn start(&mut self, orders: &mut Orders) -> Result<(), BankError> {
        if !self.is_stored {
            return self.settle().map(drop);
        }
        let bank = self.engine.snapshot()?.to_context();
        let Served { transfers, committed, blocked, declined, declined_by, failures, ledger, made, .. } = bank.served;
        self.clock.set(transfers);
        self.tally = Tally { transfers, committed, blocked, declined, declined_by, failures, ..Tally::default() };
        for _ in 0..transfers {
            orders.next();
        }
        let failures = self.settle()?;
        // All that the audit has ever found is in the ledger, what came of this among it.
        self.tally.forget_violations();
        let violations = kept::violations(&self.engine)?;
        let since: Vec<_> = violations.iter().filter(|(sequence, _)| *sequence > ledger).map(|(_, it)| it).collect();
        let mut next = orders.clone();
        let fate = match (kept::judged(bank.made > made, &since), next.next()) {
            (kept::Judged::Not, _) | (_, None) => None,
            (kept::Judged::Made, _) => Some(Fate::Made),
            (kept::Judged::Blocked, _) => Some(Fate::Blocked),
            // It changed nothing: apart from the audit it is declined again for the same reason.
            (kept::Judged::Declined, Some(order)) => {
                Some(kept::tried_apart(self.engine.snapshot()?.to_context(), command(order))?)
            }
        };
        self.tally.violations(violations.into_iter().map(|(_, violation)| violation).collect());
        if let Some(fate) = fate {
            *orders = next;
            self.note(fate, failures)?;
        }
        self.end_of_day()
    }

    /// How many transfers were tried.
    pub(crate) const fn transfers(&self) -> u64 {
        self.tally.transfers
    }

    /// Whether another transfer can be taken.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.desk.status(), Status::Running)
    }

    /// Tries one transfer, and lets the workflow do all that follows from it.
    pub(crate) fn take(&mut self, order: Order) -> Result<(), BankError> {
        self.clock.set(self.tally.transfers);
        let report = self.desk.run(command(order))?;
        self.tally.violations(report.violations);
        let fate = fate(report.result)?;
        let failures = self.settle()?;
        self.note(fate, failures)?;
        self.end_of_day()
    }

    /// All is done that follows from an order: it is counted, and the store is told.
    fn note(&mut self, fate: Fate, failures: Vec<Failure>) -> Result<(), BankError> {
        self.tally.transfer(&fate);
        // An engine that is stopped commits nothing: the next start finds out again what came of the last order.
        if self.is_stored && self.engine.interlock().is_none() {
            let ledger = self.engine.status().records.tail.sequence;
            self.engine.run(NoteOrder { fate, ledger, failures })?;
        }
        Ok(())
    }

    fn end_of_day(&mut self) -> Result<(), BankError> {
        let transfers = self.tally.transfers;
        if transfers == 0 || !transfers.is_multiple_of(A_DAY) || !self.is_open() {
            return Ok(());
        }
        self.tell("CMD_END_OF_DAY", &format!("the evening after {transfers} transfers"))
    }

    /// Closes the bank for good, if the workflow knows how.
    pub(crate) fn close(&mut self) -> Result<(), BankError> {
        self.tell("CMD_CLOSE", "the end")
    }

    /// Tells the workflow something: once under this key, where it is stored. One that has no use for it goes on as it was.
    fn tell(&mut self, event: &str, key: &str) -> Result<(), BankError> {
        let told = match self.is_stored {
            true => self.engine.emit_once(key, event),
            false => self.desk.emit(event),
        };
        match told {
            Ok(()) => self.settle().map(drop),
            Err(EmitError::Unhandled { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Handles events until none is left, unless the audit has stopped everything. Tells what failed by itself.
    fn settle(&mut self) -> Result<Vec<Failure>, BankError> {
        let mut failures = Vec::new();
        if !self.is_open() {
            return Ok(failures);
        }
        for step in self.desk.run_until_idle()?.into_iter().flat_map(|handled| handled.steps) {
            self.tally.violations(step.violations);
            if let Err(error) = &step.result
                && !matches!(error, RunError::Blocked(_) | RunError::Interlocked(_))
            {
                let error = error.to_string();
                self.tally.failure(step.process, &error);
                failures.push((step.process.to_owned(), error));
            }
        }
        Ok(failures)
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
            ledger: if self.is_stored {
                Ledger::stored(&self.engine)?
            } else {
                Ledger::of(&self.engine, self.ledger.as_deref())?
            },
            tally: self.tally,
        })
    }
}

/// An order as the process takes it.
const fn command(Order { from, to, cents }: Order) -> Transfer {
    Transfer { from: AccountId(from), to: AccountId(to), amount: Money::cents(cents) }
}

impl Ledger {
    /// Follows the chain in the store.
    fn stored(engine: &Engine<Bank, Limits>) -> Result<Self, BankError> {
        let tail = engine.status().records.tail;
        match engine.verify_stored_ledger() {
            Ok(verified) => Ok(Self { records: verified.records, dropped: 0, tail: verified.tail, fault: None }),
            Err(StoredLedgerError::Store(error)) => Err(error.into()),
            Err(StoredLedgerError::Tampered(tampered)) => {
                Ok(Self { records: tail.sequence, dropped: 0, tail, fault: Some(tampered.into()) })
            }
            Err(error) => Err(StoreError::Io { store: "the ledger".to_owned(), reason: error.to_string() }.into()),
        }
    }

    /// Follows the chain in memory, and the one in the file to the very record at which it must end.
    fn of(engine: &Engine<Bank, Limits>, file: Option<&Path>) -> Result<Self, BankError> {
        let (excerpt, tail) = (engine.ledger(), engine.status().records.tail);
        let in_memory = excerpt.verify().map_err(LedgerError::from);
        let in_file = file.map(|path| LedgerFiles::at(path).verify_to(tail)).transpose();
        let (kept, dropped) = (excerpt.len() as u64, excerpt.dropped());
        Ok(Self { records: kept + dropped, dropped, tail, fault: in_memory.err().or(in_file.err()) })
    }
}
