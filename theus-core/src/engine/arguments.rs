//! A command out of a map of its arguments.

use std::cell::RefCell;

use serde::de::IntoDeserializer;
use serde::de::value::MapDeserializer;
use serde_json::{Map, Value};
use thiserror::Error;

use crate::context::REDACTED;
use crate::panics::caught;
use crate::process::{Contract, Process};
use crate::source::did_you_mean;

/// Why a step could not be started: nothing was run.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ArgumentError {
    /// No process of that name is registered.
    #[error("no process `{process}` is registered with this engine{help}")]
    Unregistered {
        /// The name.
        process: String,
        /// The one that was probably meant, or those that there are.
        help: String,
    },
    /// The process is an `async fn`, and was asked for as a plain one.
    #[error("`{process}` is an `async fn`: run it by `run_named_async`")]
    Asynchronous {
        /// The process.
        process: &'static str,
    },
    /// What was given are no arguments by their names.
    #[error("the arguments of `{process}` are a map from their names to their values")]
    NoMap {
        /// The process.
        process: String,
    },
    /// An argument is not there.
    #[error("`{process}` needs the argument `{argument}: {type_name}`")]
    Missing {
        /// The process.
        process: &'static str,
        /// The argument.
        argument: &'static str,
        /// Its type, as written in the source.
        type_name: &'static str,
    },
    /// The process has no argument of that name.
    #[error("`{process}` has no argument `{argument}`{help}")]
    Unknown {
        /// The process.
        process: &'static str,
        /// The name.
        argument: String,
        /// The one that was probably meant, or those that there are.
        help: String,
    },
    /// The value of an argument does not fit its type.
    #[error("`{process}` cannot take this value as its argument `{argument}: {type_name}`: {problem}")]
    WrongValue {
        /// The process.
        process: &'static str,
        /// The argument.
        argument: &'static str,
        /// Its type, as written in the source.
        type_name: &'static str,
        /// What is wrong with the value.
        problem: String,
    },
}

impl ArgumentError {
    /// What is near an unknown word, as the end of a sentence.
    pub(super) fn help<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
        did_you_mean(word, known).map(|help| format!("; {help}")).unwrap_or_default()
    }
}

/// The command with these arguments.
pub(super) fn command<P: Process>(arguments: Option<Map<String, Value>>) -> Result<P, ArgumentError> {
    if arguments.as_ref().is_none_or(Map::is_empty)
        && let Some(command) = P::without_arguments()
    {
        return Ok(command);
    }
    let arguments = arguments.unwrap_or_default();
    let contract = const { &P::CONTRACT };
    check_names(contract, &arguments)?;
    let (name, problem) = match read_arguments(arguments) {
        Ok(command) => return Ok(command),
        Err(refused) => refused,
    };
    let argument = contract.arguments.iter().find(|argument| argument.name == name);
    // Who reads it tells of the value.
    let is_redacted = argument.map_or_else(|| contract.arguments.iter().any(|it| it.redact), |it| it.redact);
    let problem = if is_redacted { REDACTED.to_owned() } else { problem };
    let (argument, type_name) = argument.map_or(("", ""), |argument| (argument.name, argument.type_name));
    Err(ArgumentError::WrongValue { process: contract.process, argument, type_name, problem })
}

/// The command with these arguments, which are all of its own; else the name of the one that is not taken, and why.
pub(crate) fn read_arguments<P: Process, V>(
    arguments: impl IntoIterator<Item = (String, V)>,
) -> Result<P, (String, String)>
where
    V: for<'de> IntoDeserializer<'de, serde_json::Error>,
{
    let reading = RefCell::new(String::new());
    let pairs = arguments.into_iter().inspect(|(name, _)| reading.borrow_mut().clone_from(name));
    // How an argument is read can be a user's code.
    let read = caught(|| P::deserialize(MapDeserializer::<_, serde_json::Error>::new(pairs)));
    let problem = match read {
        Ok(Ok(command)) => return Ok(command),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "reading it panicked".to_owned(),
    };
    Err((reading.into_inner(), problem))
}

fn check_names(contract: &'static Contract, arguments: &Map<String, Value>) -> Result<(), ArgumentError> {
    let process = contract.process;
    let known = || contract.arguments.iter().map(|argument| argument.name);
    if let Some(argument) = arguments.keys().find(|name| known().all(|known| known != name.as_str())) {
        let help = ArgumentError::help(argument, known());
        return Err(ArgumentError::Unknown { process, argument: argument.clone(), help });
    }
    match contract.arguments.iter().find(|argument| !arguments.contains_key(argument.name)) {
        Some(missing) => Err(ArgumentError::Missing { process, argument: missing.name, type_name: missing.type_name }),
        None => Ok(()),
    }
}
