//! The alarms of all sessions, and what operators do to them.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use http::request::Parts;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use theus_core::audit::{AlarmError, AlarmFigures, AlarmId, AlarmState};
use theus_core::{Context, Engine};

use super::Shared;
use crate::json::Json;
use crate::options::Operator;
use crate::problem::{Kind, Problem};
use crate::request::Body;
use crate::service::apart;

#[derive(Serialize)]
pub(crate) struct Listed {
    alarms: Vec<Value>,
}

/// How an alarm stands after what was done.
#[derive(Serialize)]
pub(crate) struct Stands {
    state: AlarmState,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Acknowledged {
    id: AlarmId,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shelved {
    id: AlarmId,
    reason: String,
    /// For how long.
    seconds: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Staff {
    operators: Option<NonZeroU32>,
}

pub(crate) async fn alarms<D: Context, G: Context, E: Send + Sync + 'static>(
    State(service): State<Shared<D, G, E>>,
) -> Result<Json<Listed>, Problem> {
    let look = move || {
        let told = |alarm| {
            let mut told =
                serde_json::to_value(alarm).map_err(|error| Problem::new(Kind::Internal).caused_by(&error))?;
            // Where a rule stands is the name of a file.
            told.as_object_mut().and_then(|alarm| alarm.remove("source"));
            Ok(told)
        };
        let alarms: Result<_, Problem> = service.engine.alarms().into_iter().map(told).collect();
        Ok(Listed { alarms: alarms? })
    };
    apart(look).await.map(Json)
}

pub(crate) async fn figures<D: Context, G: Context, E: Send + Sync + 'static>(
    State(service): State<Shared<D, G, E>>,
    staff: Result<Query<Staff>, QueryRejection>,
) -> Result<Json<AlarmFigures>, Problem> {
    let Query(Staff { operators }) = staff?;
    apart(move || Ok(service.engine.alarm_figures(operators.unwrap_or(NonZeroU32::MIN)))).await.map(Json)
}

pub(crate) async fn acknowledge<D: Context, G: Context, E: Send + Sync + 'static>(
    State(service): State<Shared<D, G, E>>,
    who: Arc<Operator>,
    parts: Parts,
    Body(body): Body,
) -> Result<Json<Stands>, Problem> {
    let Acknowledged { id, reason } = read(body)?;
    operate(service, who(&parts), move |engine, operator| engine.acknowledge(&id, operator, &reason)).await
}

pub(crate) async fn shelve<D: Context, G: Context, E: Send + Sync + 'static>(
    State(service): State<Shared<D, G, E>>,
    who: Arc<Operator>,
    parts: Parts,
    Body(body): Body,
) -> Result<Json<Stands>, Problem> {
    let Shelved { id, reason, seconds } = read(body)?;
    let time = Duration::from_secs(seconds);
    operate(service, who(&parts), move |engine, operator| engine.shelve(&id, time, operator, &reason)).await
}

pub(crate) async fn unshelve<D: Context, G: Context, E: Send + Sync + 'static>(
    State(service): State<Shared<D, G, E>>,
    who: Arc<Operator>,
    parts: Parts,
    Body(body): Body,
) -> Result<Json<Stands>, Problem> {
    let Acknowledged { id, reason } = read(body)?;
    operate(service, who(&parts), move |engine, operator| engine.unshelve(&id, operator, &reason)).await
}

fn read<T: DeserializeOwned>(body: Value) -> Result<T, Problem> {
    serde_json::from_value(body).map_err(|error| Problem::new(Kind::Operation).detail(error.to_string()))
}

async fn operate<D: Context, G: Context, E: Send + Sync + 'static>(
    service: Shared<D, G, E>,
    operator: Option<String>,
    act: impl FnOnce(&Engine<D, G, E>, &str) -> Result<AlarmState, AlarmError> + Send + 'static,
) -> Result<Json<Stands>, Problem> {
    let operator = operator.ok_or_else(|| Problem::new(Kind::NoOperator))?;
    // A store, or a sink that must have the record, may take its time.
    apart(move || Ok(Stands { state: act(&service.engine, &operator)? })).await.map(Json)
}
