//! The options.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use theus_cli::StoreCommand;

/// What it is to do where nothing is said.
pub(crate) const TASK: &str =
    "Book a room for our offsite, twelve people for three days, and tell the team what it costs.";

const ABOUT: &str = "\
An agent that plans, calls tools, is reviewed, asks a human, tries again and
gives up: under audit rules, driven by a workflow.";

const MORE: &str = "\
Commands, as of every program of Theus:
  check FILE...                 checks recipes and workflows, and runs nothing
  graph FILE [mermaid|dot|svg]  draws a workflow
  help                          says more of these, and their exit codes
  store COMMAND --store FILE    looks at what is kept; `store help` lists the rest

Kept (--store): what the agent knows, where its workflow stands, the counters of
rules, the interlock, every record of the audit, and what the model, the desk and
the people have said. Started again, killed before or not, it goes on with its
task; `store replay agent` makes every step again without asking the model.

Summary (--json), one object on the last line:
  final_state  the workflow's state at the end
  status       running (it waits for something that does not come), finished,
               aborted (level A), halted (level S), not_started
  events       events that were handled
  committed    runs of processes that were committed
  rejected     runs that were not: refused by a rule or by an error of their own
  trace        what happened, in order
  result       what the final state gives, if anything
  tokens, cost what the model read and wrote, and thousandths of a cent
  tool_calls   how many tools were called
  rooms        what was done at the desk, in order
  booked       the rooms that are booked at the end
  recorded     what rules of level C have found
  advice       what the model was told to heed, in order

The model and the human are played by a script, and time is virtual: a run ends
at once and prints the same each time.

Exit codes: 0 at the end, however the task went; 2 for a wrong recipe, workflow,
script or option.";

#[derive(Debug, Parser)]
#[command(version, about = ABOUT, after_help = MORE)]
pub(crate) struct Options {
    /// What the agent is to do [default: a room for an offsite]
    #[arg(long, value_name = "TEXT")]
    pub(crate) task: Option<String>,
    /// Keeps the agent in this file, and goes on with what is there
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) store: Option<PathBuf>,
    /// What the model says and the human answers [default: workflows/agent, built in]
    #[arg(long, value_name = "FILE")]
    pub(crate) script: Option<PathBuf>,
    /// Audit recipe [default: workflows/agent, built in]
    #[arg(long, value_name = "FILE")]
    pub(crate) recipe: Option<PathBuf>,
    /// Workflow [default: workflows/agent, built in]
    #[arg(long, value_name = "FILE")]
    pub(crate) workflow: Option<PathBuf>,
    /// Prints a summary as one JSON object instead of the report
    #[arg(long)]
    pub(crate) json: bool,
    /// Prints the chart of the workflow and runs nothing
    #[arg(long, value_name = "FORMAT", conflicts_with = "json")]
    pub(crate) diagram: Option<Format>,
    /// Asks you instead of the script, in real time
    #[arg(long)]
    pub(crate) ask: bool,
    /// Asks the model at AGENT_MODEL_URL (with AGENT_MODEL_KEY and AGENT_MODEL_NAME) instead of the script, in real time
    #[cfg(feature = "http")]
    #[arg(long)]
    pub(crate) http: bool,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Looks at the sessions that a store keeps, and after them
    #[command(subcommand)]
    Store(StoreCommand),
}

/// How a chart is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// As text for Mermaid
    Mermaid,
    /// As text for Graphviz
    Dot,
    /// As a picture
    Svg,
}
