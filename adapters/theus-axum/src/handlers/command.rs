//! A process is run.

use axum::extract::State;
use serde_json::Value;
use theus_core::Context;

use super::Shared;
use crate::command::Call;
use crate::json::Json;
use crate::problem::{Kind, Problem};
use crate::request::{Body, Key, Named};

pub(crate) async fn run<D: Context, G: Context, E: Send + Sync + 'static>(
    State(service): State<Shared<D, G, E>>,
    named: Named,
    Key(key): Key,
    Body(arguments): Body,
) -> Result<Json<Value>, Problem> {
    let command = service.command(&named.of)?;
    let engine = service.session(&named.session).await?;
    // Nothing begins when the service ends.
    if service.sessions.is_shutting_down() {
        return Err(Problem::new(Kind::ShuttingDown));
    }
    let ran = (command.run)(Call { engine, arguments, key, time: service.limits.time }).await;
    ran.map(Json).map_err(|problem| service.as_said(problem))
}
