//! The options.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use theus_cli::StoreCommand;

const ABOUT: &str = "\
Moves money between accounts at random: every transfer is a transaction under an
audit recipe, and the books balance at every commit.";

const MORE: &str = "\
Commands, as of every program of Theus:
  check FILE...                 checks recipes and workflows, and runs nothing
  graph FILE [mermaid|dot|svg]  draws a workflow
  help                          says more of these, and their exit codes
  store COMMAND --store FILE    looks at what is kept; `store help` lists the rest

Kept (--store): accounts and books, where the workflow stands, the counters of
rules, the interlock, every record of the audit, and what came of each order.
Started again with the same seed, killed before or not, the bank goes on with
the order that comes next, until as many were tried as are asked for; a bank that
was closed or stopped stays so. Each start that brings a recipe is one more record.

Summary (--json), one object on the last line:
  transfers        transfers that were tried, the stopping one included
  committed        transfers that were made
  blocked          transfers that an audit rule refused, of any level
  declined         transfers that the process refused by an error it declares;
                   committed + blocked + declined = transfers, always
  total_before     all the money before the first transfer, as a decimal
  total_after      all the money at the end
  ledger_records   what the audit put on record in this run
  ledger_verified  whether the chain of records is as it was made
  halted           whether a rule of level S stopped the bank
  ledger_tail      the hash of the last record: the same for the same run
  days             the day on which it ended
  frozen, cleared  what came of the suspicions
  declined_by      the declared errors, by name
  rules            the violated rules: process, gate, rule, level, and how often
                   found, warned, acted
  final_state      the workflow's state at the end
  status           running (no final state), finished (a final state), aborted
                   (level A), halted (level S), not_started (nothing was run)

A run of level S or A ends there: fewer transfers are tried than were asked for.
A workflow that comes to a final state ends it too.

Exit codes: 0 at the end of the run or stopped by the audit; 2 for a wrong
recipe, workflow or option, a file that cannot be used, a workflow that does not
come to rest, or a ledger that does not verify.";

#[derive(Debug, Parser)]
#[command(version, about = ABOUT, after_help = MORE, args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub(crate) struct Options {
    /// How many transfers are tried
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub(crate) transfers: u64,
    /// Seed of the accounts and of the transfers
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub(crate) seed: u64,
    /// Audit recipe [default: workflows/bank, built in]
    #[arg(long, value_name = "FILE")]
    pub(crate) recipe: Option<PathBuf>,
    /// Workflow [default: workflows/bank, built in]
    #[arg(long, value_name = "FILE")]
    pub(crate) workflow: Option<PathBuf>,
    /// Adds the audit's records to this file, as lines of JSON
    #[arg(long, value_name = "FILE", conflicts_with = "store")]
    pub(crate) ledger: Option<PathBuf>,
    /// Keeps the bank in this file, and goes on with what is there
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) store: Option<PathBuf>,
    /// Prints a summary as one JSON object, no report
    #[arg(long)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Looks at the sessions that a store keeps, and after them
    #[command(subcommand)]
    Store(StoreCommand),
}
