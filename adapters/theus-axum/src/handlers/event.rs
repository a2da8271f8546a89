//! An event is sent, and what has come of it told.

use axum::extract::rejection::QueryRejection;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use theus_core::Context;
use theus_core::signal::EventName;
use theus_core::workflow::{Answer, Repeated};

use super::Shared;
use crate::json::Json;
use crate::problem::{Kind, Problem, account, no_answer};
use crate::request::{Body, Key, Named};

/// How often it is looked whether anybody will answer.
const LOOK: Duration = Duration::from_millis(200);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Waiting {
    #[serde(default)]
    wait: Wait,
}

/// What is waited for.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Wait {
    /// What has come of it, when nothing follows any more.
    #[default]
    Answer,
    /// What states have invoked, too.
    Work,
    /// That it was taken.
    No,
}

/// What has come of an event: an [`Answer`] without what is no concern of a client.
#[derive(Serialize)]
struct Told {
    states: Vec<String>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<Failure>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    violations: Vec<Value>,
    version: u64,
    /// Whether it was asked before under its key, and this was answered then, or is where it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    repeated: Option<Repeated>,
}

/// What is told of a process that was not started.
const WRONG_ARGUMENTS: &str =
    "it was not started: what it takes is missing in what the event brings along, or is of another type";

#[derive(Serialize)]
struct Failure {
    #[serde(skip_serializing_if = "Option::is_none")]
    process: Option<String>,
    /// The name of the declared error.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// Of a declared error, or of arguments that were wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

pub(crate) async fn send<D: Context, G: Context, E: Send + Sync + 'static>(
    State(service): State<Shared<D, G, E>>,
    named: Named,
    waiting: Result<Query<Waiting>, QueryRejection>,
    Key(key): Key,
    Body(payload): Body,
) -> Result<Response, Problem> {
    let Query(Waiting { wait }) = waiting?;
    let event = service.event(&named.of)?.clone();
    // Held: so the session stays in memory until it is asked.
    let engine = service.session(&named.session).await?;
    match (wait, key) {
        (Wait::No, Some(key)) => engine.emit_once_with(&key, &event.to_string(), payload)?,
        (Wait::No, None) => service.sessions.emit_with(&named.session, &event, payload)?,
        (wait, key) => return asked(&service, &named.session, (&event, payload), wait, key).await,
    }
    Ok(StatusCode::ACCEPTED.into_response())
}

async fn asked<D: Context, G: Context, E: Send + Sync + 'static>(
    service: &Shared<D, G, E>,
    session: &str,
    (event, payload): (&EventName, Value),
    wait: Wait,
    key: Option<String>,
) -> Result<Response, Problem> {
    let ask = service.sessions.ask(session, event, payload);
    let ask = if matches!(wait, Wait::Work) { ask.and_work() } else { ask };
    let ask = match key {
        Some(key) => ask.once(&key),
        None => ask,
    };
    let time = service.limits.time;
    let answer = tokio::select! {
        biased;
        answered = tokio::time::timeout(time, ask) => answered.map_err(|_| no_answer(time))??,
        () = shut_down(service) => {
            let why = "the event was taken, and not handled any more: with a store it is when the service is back";
            return Err(Problem::new(Kind::ShuttingDown).detail(why));
        }
    };
    if !answer.is_taken {
        let problem = Problem::new(Kind::NotTaken).detail(format!("no state that is active has a use for `{event}`"));
        return Err(problem.member("states", answer.states));
    }
    Ok(Json(told(service, answer)).into_response())
}

/// Nobody answers any more.
async fn shut_down<D: Context, G: Context, E: Send + Sync + 'static>(service: &Shared<D, G, E>) {
    // Most answers are there before the first look.
    loop {
        tokio::time::sleep(LOOK).await;
        if service.sessions.is_shut_down() {
            return;
        }
    }
}

fn told<D: Context, G: Context, E: Send + Sync + 'static>(service: &Shared<D, G, E>, answer: Answer) -> Told {
    let reply = service.said(&answer.states, answer.reply);
    let failure = answer.failure.map(|failure| {
        let is_declared = failure.error.is_some();
        if !is_declared {
            // What a panic or a store has said is not the client's.
            tracing::info!(target: "theus::http", process = ?failure.process, cause = failure.message, "what an event led to has failed");
        }
        // Which value it was may be nobody's to know.
        let message = match failure.wrong_arguments {
            true => Some(WRONG_ARGUMENTS.to_owned()),
            false => is_declared.then_some(failure.message),
        };
        Failure { process: failure.process, error: failure.error, message }
    });
    Told {
        states: answer.states,
        status: answer.status.kind(),
        reply,
        failure,
        violations: answer.violations.iter().map(account).collect(),
        version: answer.version,
        repeated: answer.repeated,
    }
}
