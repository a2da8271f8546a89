//! How the engine and all sessions stand.

use axum::extract::State;
use serde::Serialize;
use theus_core::Context;
use theus_core::workflow::sessions::Census;

use super::Shared;
use crate::json::Json;
use crate::problem::Problem;
use crate::service::apart;

#[derive(Serialize)]
pub(crate) struct Stands {
    workflow: String,
    /// Whether the engine is stopped until an operator resets it. Why, is for operators.
    interlocked: bool,
    shutting_down: bool,
    /// The digest of the rules that are in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    recipe: Option<String>,
    sessions: Census,
}

pub(crate) async fn status<D: Context, G: Context, E: Send + Sync + 'static>(
    State(service): State<Shared<D, G, E>>,
) -> Result<Json<Stands>, Problem> {
    let look = move || {
        let (sessions, engine) = (&service.sessions, service.engine.status());
        Ok(Stands {
            workflow: sessions.definition().name().to_owned(),
            interlocked: engine.interlock.is_some(),
            shutting_down: sessions.is_shutting_down(),
            recipe: engine.recipe.map(|recipe| recipe.identity.digest.to_string()),
            sessions: sessions.census(),
        })
    };
    apart(look).await.map(Json)
}
