//! A session is opened.

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use theus_core::Context;

use super::Shared;
use crate::json::Json;
use crate::options::First;
use crate::problem::Problem;
use crate::request::Named;
use crate::service::apart;

#[derive(Serialize)]
pub(crate) struct Opened {
    session: String,
}

/// Asked twice it is open once: 201, and then 200.
pub(crate) async fn open<D: Context, G: Context, E: Send + Sync + 'static>(
    State(service): State<Shared<D, G, E>>,
    named: Named,
    first: Arc<First<D>>,
) -> Result<(StatusCode, Json<Opened>), Problem> {
    // One that a program was killed at beginning is begun with now: who is told that it is there can send events to it.
    let open = move || match service.sessions.open_or(&named.session, || first(&named.session))? {
        true => Ok((StatusCode::CREATED, named.session)),
        false => Ok((StatusCode::OK, named.session)),
    };
    let (status, session) = apart(open).await?;
    Ok((status, Json(Opened { session })))
}
