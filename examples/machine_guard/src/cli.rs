//! The options.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use theus_cli::StoreCommand;

const ABOUT: &str = "\
Guards a machine by its temperature: every reading is a transaction under an
audit recipe, and the machine is stopped where the recipe says so.";

const MORE: &str = "\
Commands, as of every program of Theus:
  check FILE...                 checks recipes and workflows, and runs nothing
  graph FILE [mermaid|dot|svg]  draws a workflow
  help                          says more of these, and their exit codes
  store COMMAND --store FILE    looks at what is kept; `store help` lists the rest

Kept (--store): the machine, where its workflow stands, the counters of rules,
the interlock, every record of the audit, and how far the input was judged. Each
is there before the next thing is done: killed at any moment and started again
with the same input, it goes on with the reading that comes next, and the report
at the end is that of a run without a break. Another input is refused. A machine
that was stopped stays so.

Summary (--json), one object on the last line:
  readings     readings taken from the input, the stopping one included
  committed    readings that were recorded
  rejected     readings that were refused: committed + rejected = readings
  violations   violations of rules that the audit counted, of all processes
  warnings     those that were early warnings, from min_threshold on
  actions      those whose level acted, C included: reading (from 1), timestamp,
               value, level, process, rule
  final_state  the workflow's state at the end
  halted       whether a rule of level S stopped the machine
  status       running (the input ended), finished (a final state), aborted
               (level A), halted (level S), not_started (nothing could be run)

Exit codes: 0 at the end of the input or stopped by the audit; 2 for a malformed
row, a file that cannot be read, a wrong recipe or workflow, or a wrong option.";

#[derive(Debug, Parser)]
#[command(version, about = ABOUT, after_help = MORE, args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub(crate) struct Options {
    /// Readings, CSV: `timestamp,value` [default: a simulation]
    #[arg(long, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,
    /// Audit recipe [default: workflows/machine_guard, built in]
    #[arg(long, value_name = "FILE")]
    pub(crate) recipe: Option<PathBuf>,
    /// Workflow [default: workflows/machine_guard, built in]
    #[arg(long, value_name = "FILE")]
    pub(crate) workflow: Option<PathBuf>,
    /// Keeps all of it in this file, and goes on with what is there
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) store: Option<PathBuf>,
    /// Prints a summary as one JSON object instead of the report
    #[arg(long)]
    pub(crate) json: bool,
    /// Seed of the simulation
    #[arg(long, value_name = "N", default_value_t = 42, conflicts_with = "input")]
    pub(crate) seed: u64,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Looks at the sessions that a store keeps, and after them
    #[command(subcommand)]
    Store(StoreCommand),
}
