//! A bank whose books balance at every commit: an example of Theus from core banking.
//!
//! `context` is the state, `processes` what may happen to it, `counter` runs orders through both under the recipe and the
//! workflow of `workflows/bank`; the rest is input and output.
#![forbid(unsafe_code)]

mod cli;
mod clock;
mod context;
mod counter;
mod json;
mod kept;
mod money;
mod orders;
mod processes;
mod report;
mod tally;

use std::io::{ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;
use theus_core::source::printable_lines;

use cli::{Command, Options};
use context::{Bank, Limits};
use counter::{BankError, Counter, Outcome};
use orders::{Orders, opening_balances};

theus_core::files! {
    pub(crate) mod desk;
    domain = Bank,
    global = Limits,
    processes = [
        processes::Transfer, processes::Review, processes::Reconcile, processes::OpenDay, processes::NoteOrder,
    ],
    types = [
        context::Books, context::Watch, context::Served, context::AccountId, processes::Slip, Money = theus_core::context::Decimal,
    ],
    recipes = ["../../workflows/bank/audit.yaml"],
    workflows = ["../../workflows/bank/workflow.yaml"],
}

/// Something the user gave is wrong.
const WRONG: u8 = 2;

fn main() -> ExitCode {
    // `check` and `graph`: files are looked at, and no money moves.
    if let Some(code) = desk::without_recipe(Bank::default(), Limits::default()).command_line(std::env::args_os()) {
        return code;
    }
    let options = Options::parse();
    if let Some(Command::Store(command)) = &options.command {
        return kept::serve(command, options.store.as_deref());
    }
    let (outcome, error) = run(&options);
    let told = tell(&options, outcome.as_ref(), error.is_some());
    let error = error.or_else(|| outcome.and_then(|outcome| outcome.ledger.fault).map(BankError::from));
    if let Some(error) = &error {
        let text = error.to_string();
        // What has a place in a file is drawn with its title already.
        let start = if text.starts_with("error") { "" } else { "error: " };
        eprintln!("{start}{}", printable_lines(&text));
    }
    match (error, told) {
        (None, Ok(())) => ExitCode::SUCCESS,
        // Nobody reads on: that is the reader's choice.
        (None, Err(reason)) if reason.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        (None, Err(reason)) => {
            eprintln!("error: cannot write to standard output: {reason}");
            ExitCode::from(WRONG)
        }
        (Some(_), _) => ExitCode::from(WRONG),
    }
}

/// Runs to the end, to the stop or to the first thing that is wrong. What was done before that is told all the same.
fn run(options: &Options) -> (Option<Outcome>, Option<BankError>) {
    let mut counter = match Counter::open(&opening_balances(options.seed), options) {
        Ok(counter) => counter,
        Err(error) => return (None, Some(error)),
    };
    let error = serve(&mut counter, options).err();
    match counter.finish() {
        Ok(outcome) => (Some(outcome), error),
        Err(unfinished) => (None, error.or(Some(unfinished))),
    }
}

fn serve(counter: &mut Counter, options: &Options) -> Result<(), BankError> {
    let mut orders = Orders::new(options.seed);
    counter.start(&mut orders)?;
    while counter.transfers() < options.transfers {
        let Some(order) = orders.next().filter(|_| counter.is_open()) else { break };
        counter.take(order)?;
    }
    if counter.is_open() { counter.close() } else { Ok(()) }
}

fn tell(options: &Options, outcome: Option<&Outcome>, broken_off: bool) -> std::io::Result<()> {
    let text = match outcome {
        _ if options.json => json::line(outcome)? + "\n",
        Some(outcome) => {
            let colours = std::io::stdout().is_terminal() && console::colors_enabled();
            report::report(outcome, options, broken_off, colours)
        }
        None => return Ok(()),
    };
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
