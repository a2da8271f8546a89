//! A process is run.

use std::sync::Arc;

use axum::extract::State;
use serde_json::Value;
use theus_core::Context;

use super::Shared;
use crate::command::Call;
use crate::json::Json;
use crate::problem::Problem;
use crate::request::{Body, Key, Named};

pub(crate) async fn run<D: Context, G: Context, E: Send + Sync + 'static>(
    State(service): State<Shared<D, G, E>>,
    named: Named,
    Key(key): Key,
    Body(arguments): Body,
) -> Result<Json<Value>, Problem> {
    let command = service.command(&named.of)?;
    // Held: so the session stays in memory until it is run in.
    let _engine = service.session(&named.session).await?;
    let (sessions, time) = (Arc::clone(&service.sessions), service.limits.time);
    let ran = (command.run)(Call { sessions, session: named.session, arguments, key, time }).await;
    ran.map(Json).map_err(|problem| service.as_said(problem))
}
