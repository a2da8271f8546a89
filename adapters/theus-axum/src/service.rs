//! What the handlers have in common.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use http::StatusCode;
use serde_json::Value;
use theus_core::context::REDACTED;
use theus_core::engine::Redaction;
use theus_core::signal::EventName;
use theus_core::source::did_you_mean;
use theus_core::workflow::Sessions;
use theus_core::workflow::chart::{ArgumentSource, Definition, State, StateKind};
use theus_core::{Context, Engine};
use tokio::sync::Semaphore;

use crate::command::Command;
use crate::options::{Limits, Options};
use crate::problem::{Kind, Problem};

/// Why a service cannot be as its options say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionsError {
    /// A command that is to be open is not registered with the engine.
    #[error(
        "`{process}` is to be open, and is not registered with the engine: add `.process::<..>()` with its command to the builder"
    )]
    Unregistered {
        /// The process.
        process: &'static str,
    },
    /// An event that is to be open is none of the workflow.
    #[error("the event `{event}` is to be open, and the workflow `{workflow}` has no use for it{help}")]
    UnknownEvent {
        /// The event.
        event: String,
        /// The workflow.
        workflow: String,
        /// What may have been meant.
        help: String,
    },
    /// A status is given for an error that no open command declares.
    #[error("a status is given for `{error}`, and no command that is open declares that error{help}")]
    UnknownError {
        /// The error.
        error: String,
        /// What may have been meant.
        help: String,
    },
    /// A status is given that is no failure.
    #[error("the status {status} of `{error}` is none of a failure: 400 to 599")]
    NoFailure {
        /// The error, or `refused`.
        error: String,
        /// The status.
        status: StatusCode,
    },
}

/// A pool of sessions, and what of it is open.
pub(crate) struct Service<D: Context, G: Context, E> {
    pub(crate) sessions: Arc<Sessions<D, G, E>>,
    pub(crate) engine: Engine<D, G, E>,
    pub(crate) commands: BTreeMap<&'static str, Command<D, G, E>>,
    pub(crate) events: Vec<EventName>,
    pub(crate) redaction: Redaction,
    statuses: BTreeMap<String, StatusCode>,
    refused: StatusCode,
    pub(crate) limits: Limits,
    /// The states whose `reply` or `result` reads what is redacted, and those inside of them.
    hidden: BTreeSet<String>,
    /// Room for those who look on.
    pub(crate) streams: Arc<Semaphore>,
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Service<D, G, E> {
    pub(crate) fn new(sessions: Arc<Sessions<D, G, E>>, options: Options<D, G, E>) -> Result<Self, OptionsError> {
        let engine = sessions.pool_engine().clone();
        let registered = engine.contracts();
        let Options { commands, statuses, refused, limits, events, has_external, .. } = options;
        if let Some(command) = commands.iter().find(|it| !registered.contains(&it.contract)) {
            return Err(OptionsError::Unregistered { process: command.contract.process });
        }
        check_statuses(&commands, &statuses, refused)?;
        let events = opened(&sessions, &events, has_external)?;
        let commands = commands.into_iter().map(|command| (command.contract.process, command)).collect();
        let hidden = hidden(sessions.definition());
        let streams = Arc::new(Semaphore::new(limits.streams.min(Semaphore::MAX_PERMITS)));
        let (statuses, redaction) = (statuses.into_iter().collect(), engine.redaction());
        Ok(Self { sessions, engine, commands, events, redaction, statuses, refused, limits, hidden, streams })
    }

    /// The engine of a session: it may have to be read from a store, for which no other task waits.
    pub(crate) async fn session(self: &Arc<Self>, name: &str) -> Result<Engine<D, G, E>, Problem> {
        let (service, name) = (Arc::clone(self), name.to_owned());
        apart(move || Ok(service.sessions.engine(&name)?)).await
    }

    /// What a session that is in these states has said, as it is told.
    pub(crate) fn said(&self, states: &[String], said: Option<Value>) -> Option<Value> {
        let is_hidden = states.iter().any(|state| self.hidden.contains(state));
        said.map(|said| if is_hidden { REDACTED.into() } else { said })
    }

    /// A command that is open.
    pub(crate) fn command(&self, process: &str) -> Result<&Command<D, G, E>, Problem> {
        self.commands.get(process).ok_or_else(|| Problem::new(Kind::UnknownProcess))
    }

    /// An event that is open.
    pub(crate) fn event(&self, name: &str) -> Result<&EventName, Problem> {
        let named = EventName::parse(name).ok();
        let open = named.and_then(|named| self.events.iter().find(|open| **open == named));
        open.ok_or_else(|| Problem::new(Kind::UnknownEvent))
    }

    /// A problem, with the status that the options say.
    pub(crate) fn as_said(&self, problem: Problem) -> Problem {
        match problem.kind() {
            Some(Kind::Refused) => problem.status(self.refused),
            Some(Kind::Declared) => match problem.error().and_then(|error| self.statuses.get(error)) {
                Some(status) => problem.status(*status),
                None => problem,
            },
            _ => problem,
        }
    }

    /// The status of a declared error.
    pub(crate) fn status_of(&self, error: &str) -> StatusCode {
        self.statuses.get(error).copied().unwrap_or_else(|| Kind::Declared.status())
    }

    /// The status of what a rule refuses.
    pub(crate) const fn refused(&self) -> StatusCode {
        self.refused
    }
}

fn check_statuses<D: Context, G: Context, E>(
    commands: &[Command<D, G, E>],
    statuses: &[(String, StatusCode)],
    refused: StatusCode,
) -> Result<(), OptionsError> {
    let all = statuses.iter().map(|(error, status)| (error.as_str(), *status));
    let is_failure = |status: StatusCode| status.is_client_error() || status.is_server_error();
    if let Some((error, status)) = all.chain([("refused", refused)]).find(|(_, status)| !is_failure(*status)) {
        return Err(OptionsError::NoFailure { error: error.to_owned(), status });
    }
    let declared = || commands.iter().flat_map(|command| command.contract.errors).copied();
    match statuses.iter().find(|(error, _)| declared().all(|known| known != error)) {
        Some((error, _)) => {
            let help = did_you_mean(error, declared()).map_or_else(String::new, |help| format!("; {help}"));
            Err(OptionsError::UnknownError { error: error.clone(), help })
        }
        None => Ok(()),
    }
}

/// The events that are open.
fn opened<D: Context, G: Context, E: Send + Sync + 'static>(
    sessions: &Sessions<D, G, E>,
    events: &[String],
    has_external: bool,
) -> Result<Vec<EventName>, OptionsError> {
    let definition = sessions.definition();
    let mut open = if has_external { definition.external().to_vec() } else { Vec::new() };
    for event in events {
        let known = || definition.events().iter().chain(definition.external());
        let named = EventName::parse(event).ok();
        let found = named.filter(|named| !named.is_builtin() && known().any(|known| known == named));
        let Some(found) = found else {
            let names: Vec<String> = known().filter(|it| !it.is_builtin()).map(ToString::to_string).collect();
            let help = did_you_mean(event, names.iter().map(String::as_str));
            return Err(OptionsError::UnknownEvent {
                event: event.clone(),
                workflow: definition.name().to_owned(),
                help: help.map_or_else(String::new, |help| format!("; {help}")),
            });
        };
        open.push(found);
    }
    open.sort();
    open.dedup();
    Ok(open)
}

/// The states that say something of what is redacted.
fn hidden(definition: &Definition) -> BTreeSet<String> {
    let redacts = |source: &Option<ArgumentSource>| match source {
        Some(ArgumentSource::Expression(expression)) => expression.redacts(),
        _ => false,
    };
    let says = |state: &State| match &state.kind {
        StateKind::Final { result } => redacts(result) || redacts(&state.reply),
        _ => redacts(&state.reply),
    };
    let is_hidden = |state: &&State| {
        let mut around = std::iter::successors(Some(*state), |state| definition.state(state.parent?));
        around.any(says)
    };
    definition.states().iter().filter(is_hidden).map(|state| state.name.clone()).collect()
}

/// On a thread that may be blocked.
pub(crate) async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let worked = tokio::task::spawn_blocking(work).await;
    worked.unwrap_or_else(|panic| Err(Problem::new(Kind::Internal).caused_by(&panic)))
}
