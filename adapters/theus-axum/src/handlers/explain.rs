//! What the rules would say.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::Value;
use theus_core::Context;

use super::Shared;
use crate::json::Json;
use crate::problem::{Kind, Problem};
use crate::request::Named;
use crate::service::apart;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    process: String,
    /// As JSON.
    arguments: Option<String>,
}

pub(crate) async fn explain<D: Context, G: Context, E: Send + Sync + 'static>(
    State(service): State<Shared<D, G, E>>,
    named: Named,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let Query(Asked { process, arguments }) = asked?;
    let arguments = match arguments {
        None => Value::Null,
        Some(text) => serde_json::from_str(&text)
            .map_err(|error| Problem::new(Kind::Query).detail(format!("the arguments are not JSON: {error}")))?,
    };
    let look = move || {
        let engine = service.sessions.engine(&named.session)?;
        let explanation = (service.command(&process)?.explain)(&engine, &arguments)?;
        serde_json::to_value(explanation).map_err(|error| Problem::new(Kind::Internal).caused_by(&error))
    };
    let mut told = apart(look).await?;
    // Where a rule stands is the name of a file.
    for rule in told.get_mut("rules").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(rule) = rule.as_object_mut() {
            rule.remove("source");
        }
    }
    // Why the engine is stopped is for operators.
    if let Some(interlock) = told.get_mut("interlock") {
        *interlock = Value::Bool(!interlock.is_null());
    }
    Ok(Json(told))
}
