//! How a session stands.

use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use theus_core::Context;
use theus_core::context::SerializeData;

use super::Shared;
use crate::json::Json;
use crate::problem::{Kind, Problem};
use crate::request::Named;
use crate::service::apart;
use crate::shown::shown;

#[derive(Serialize)]
pub(crate) struct Look {
    session: String,
    status: &'static str,
    states: Vec<String>,
    version: u64,
    /// The Data zone.
    data: Value,
    /// What it has finished with.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Value>,
}

pub(crate) async fn state<D, G, E>(State(service): State<Shared<D, G, E>>, named: Named) -> Result<Json<Look>, Problem>
where
    D: Context<Fields: SerializeData>,
    G: Context,
    E: Send + Sync + 'static,
{
    let look = move || {
        let (sessions, name) = (&service.sessions, named.session);
        let look = sessions.look(&name, service.limits.time)?;
        let data =
            serde_json::to_value(&look.snapshot).map_err(|error| Problem::new(Kind::Internal).caused_by(&error))?;
        Ok(Look {
            // The reason is the log's.
            status: look.status.kind(),
            result: service.said(&look.states, look.result),
            states: look.states,
            version: look.snapshot.version(),
            data: shown(data, &D::schema(), &service.redaction),
            session: name,
        })
    };
    apart(look).await.map(Json)
}
