//! An agent that plans, uses tools, is reviewed, asks a human, tries again and gives up: an example of Theus.
//!
//! `context` is its memory, `processes` what may happen to it, `model` and `tools` what is outside; `session` works on one
//! task with all of them, under the recipe and the workflow of `workflows/agent`. The rest is input and output.
#![forbid(unsafe_code)]

mod cli;
mod context;
mod human;
mod json;
mod kept;
mod model;
mod processes;
mod prompt;
mod report;
mod script;
mod session;
mod tools;
mod world;

use std::error::Error;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use theus_core::effect::Effect;
use theus_core::source::printable_lines;
use theus_core::workflow::{Clock, SystemClock, VirtualClock};

use cli::{Command, Format, Options};
use context::{Agent, Limits, Ports};
use human::Human;
use model::{Model, ScriptedModel};
use script::Script;
use session::Session;
use world::World;

theus_core::files! {
    pub(crate) mod desk;
    domain = Agent,
    global = Limits,
    effects = Ports,
    processes = [
        processes::Ask, processes::AdoptPlan, processes::AdoptDraft, processes::AdoptReview, processes::CountCalls,
        processes::Search, processes::Calculate, processes::Recall, processes::Book, processes::Cancel,
        processes::TakeNote, processes::TakeAdvice, processes::HeedRejection, processes::AskHuman, processes::Deliver,
        processes::HandOver,
    ],
    types = [
        context::Plan, context::Call, context::Facts, context::Booking, context::Review, context::Usage,
        processes::Findings, model::Purpose,
    ],
    recipes = ["../../workflows/agent/audit.yaml"],
    workflows = ["../../workflows/agent/workflow.yaml"],
}

/// Something the user gave is wrong.
const WRONG: u8 = 2;

fn main() -> ExitCode {
    let ports = World::default().ports(silent());
    let builder = desk::without_recipe(Agent::default(), Limits::default(), ports);
    if let Some(code) = builder.command_line(std::env::args_os()) {
        return code;
    }
    let options = Options::parse();
    if let Some(Command::Store(command)) = &options.command {
        return kept::serve(command, options.store.as_deref());
    }
    let (text, error) = run(&options);
    let told = tell(&text);
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

/// What there is to print, and what went wrong. What was done before that is told all the same.
fn run(options: &Options) -> (String, Option<Box<dyn Error>>) {
    let nothing = || {
        if options.json { json::line(None).map_or_else(|_| String::new(), |line| line + "\n") } else { String::new() }
    };
    let mut session = match open(options) {
        Ok(session) => session,
        Err(error) => return (nothing(), Some(error)),
    };
    if let Some(format) = options.diagram {
        return (chart(&session, format), None);
    }
    let error = session.work().err().map(Box::from);
    let chart = chart(&session, Format::Mermaid);
    match session.finish() {
        Ok(outcome) if options.json => match json::line(Some(&outcome)) {
            Ok(line) => (line + "\n", error),
            Err(unwritable) => (String::new(), Some(unwritable.into())),
        },
        // Most of it are the words of a model.
        Ok(outcome) => (printable_lines(&report::report(&outcome, &chart)).into_owned(), error),
        Err(unfinished) => (nothing(), error.or(Some(unfinished.into()))),
    }
}

fn open(options: &Options) -> Result<Session, Box<dyn Error>> {
    let mut script = Script::read(options.script.as_deref())?;
    let scripted = Arc::new(ScriptedModel::new(script.take_model()));
    let model = model_over_http(options)?.unwrap_or_else(|| Effect::shared(Arc::clone(&scripted)));
    let human = if options.ask { Human::AtTerminal } else { Human::Scripted(script.human) };
    let clock: Arc<dyn Clock> = if is_real(options) { Arc::new(SystemClock) } else { Arc::new(VirtualClock::new()) };
    Ok(Session::open(options, model, &scripted, human, &clock)?)
}

/// A model that says nothing: for checking files, where nobody is asked.
fn silent() -> Effect<dyn Model> {
    Effect::new(ScriptedModel::new(std::collections::BTreeMap::new()))
}

/// Whether somebody real takes part, so that time is real too.
fn is_real(options: &Options) -> bool {
    #[cfg(feature = "http")]
    if options.http {
        return true;
    }
    options.ask
}

#[cfg(feature = "http")]
#[expect(clippy::disallowed_methods, reason = "the program's door to the environment: no process comes here")]
fn model_over_http(options: &Options) -> Result<Option<Effect<dyn Model>>, Box<dyn Error>> {
    if !options.http {
        return Ok(None);
    }
    let url = std::env::var("AGENT_MODEL_URL").map_err(
        |_| "`--http` needs AGENT_MODEL_URL: an OpenAI-compatible endpoint, as in `https://…/v1/chat/completions`",
    )?;
    let name = std::env::var("AGENT_MODEL_NAME").unwrap_or_else(|_| "gpt-4o-mini".to_owned());
    Ok(Some(Effect::new(model::HttpModel::new(url, std::env::var("AGENT_MODEL_KEY").ok(), name))))
}

#[cfg(not(feature = "http"))]
#[expect(clippy::unnecessary_wraps, reason = "with the feature it can fail")]
fn model_over_http(_: &Options) -> Result<Option<Effect<dyn Model>>, Box<dyn Error>> {
    Ok(None)
}

/// The chart of the workflow.
fn chart(session: &Session, format: Format) -> String {
    let definition = session.desk().definition();
    match format {
        Format::Mermaid => definition.to_mermaid(),
        Format::Dot => definition.to_dot(),
        Format::Svg => definition.to_svg(),
    }
}

fn tell(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
