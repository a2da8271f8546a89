//! A controller that guards a machine by its temperature: an example of Theus from end to end.
//!
//! `context` is the state, `processes` what may happen to it, `guard` runs readings through both under the recipe and the
//! workflow of `workflows/machine_guard`; the rest is input and output.
#![forbid(unsafe_code)]

mod chart;
mod cli;
mod context;
mod guard;
mod input;
mod json;
mod kept;
mod page;
mod processes;
mod progress;
mod reading;
mod report;
mod tally;
mod trace;
mod trend;

use std::error::Error;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;
use theus_core::source::printable_lines;

use cli::{Command, Options};
use context::{Limits, Machine, Ports};
use guard::{Guard, Outcome};
use input::CsvReadings;
use progress::Progress;
use reading::Readings;
use trace::Trace;

theus_core::files! {
    pub(crate) mod desk;
    domain = Machine,
    global = Limits,
    effects = Ports,
    processes = [
        processes::RecordReading, processes::UpdateStatistics, processes::DecideMode, processes::DriveActuator,
        processes::AccountFor,
    ],
    types = [context::Window, context::Progress, Mode = &str],
    recipes = ["../../workflows/machine_guard/audit.yaml"],
    workflows = ["../../workflows/machine_guard/workflow.yaml"],
}

/// Something the user gave is wrong.
const WRONG: u8 = 2;

fn main() -> ExitCode {
    // `check` and `graph`: files are looked at, and no machine is run.
    let builder = desk::without_recipe(Machine::default(), Limits::default(), Ports::default());
    if let Some(code) = builder.command_line(std::env::args_os()) {
        return code;
    }
    let options = Options::parse();
    if let Some(Command::Store(command)) = &options.command {
        return kept::serve(command, options.store.as_deref());
    }
    let (outcome, error) = run(&options);
    let told = tell(&options, outcome.as_ref(), error.is_some());
    if let Some(error) = &error {
        let text = error.to_string();
        // What has a place in a file is drawn with its title already.
        let start = if text.starts_with("error") { "" } else { "error: " };
        eprintln!("{start}{}", printable_lines(&text));
    }
    match (error, told) {
        (None, Ok(())) => ExitCode::SUCCESS,
        // Nobody reads on: that is the reader's choice.
        (None, Err(reason)) if reason.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        (None, Err(reason)) => {
            eprintln!("error: cannot write to standard output: {reason}");
            ExitCode::from(WRONG)
        }
        (Some(_), _) => ExitCode::from(WRONG),
    }
}

/// Runs to the end, to the stop or to the first thing that is wrong. What was done before that is told all the same.
fn run(options: &Options) -> (Option<Outcome>, Option<Box<dyn Error>>) {
    match Guard::new(options.recipe.as_deref(), options.workflow.as_deref(), options.store.as_deref()) {
        Ok(mut guard) => {
            let watched = watch(&mut guard, options);
            (Some(guard.finish()), watched.err())
        }
        Err(error) => (None, Some(error.into())),
    }
}

fn watch(guard: &mut Guard, options: &Options) -> Result<(), Box<dyn Error>> {
    let mut readings = match &options.input {
        Some(path) => Readings::File(Box::new(CsvReadings::open(path)?)),
        None => Readings::Simulated(Trace::new(options.seed)),
    };
    let progress = Progress::of(&readings, !options.json && std::io::stdout().is_terminal());
    guard.start(&mut readings)?;
    while guard.is_running() {
        let Some(reading) = readings.next().transpose()? else { break };
        guard.take(reading)?;
        progress.show(&readings, guard);
    }
    Ok(())
}

fn tell(options: &Options, outcome: Option<&Outcome>, broken_off: bool) -> std::io::Result<()> {
    let text = match outcome {
        _ if options.json => json::line(outcome)? + "\n",
        // Where nothing was done before it went wrong, there is nothing to report.
        Some(outcome) if outcome.tally.readings > 0 || !broken_off => {
            report::report(outcome, options, broken_off, colours())
        }
        _ => return Ok(()),
    };
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Colours are for terminals whose users have not asked to be spared.
fn colours() -> bool {
    std::io::stdout().is_terminal() && console::colors_enabled()
}
