//! The steps of a session.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use theus_core::Context;
use theus_core::engine::Redaction;
use theus_core::store::{JournalEntry, shown};

use super::Shared;
use crate::json::Json;
use crate::problem::Problem;
use crate::request::Named;
use crate::service::apart;

/// How many steps are told at once at most.
const MOST: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    #[serde(default)]
    from: u64,
    most: Option<usize>,
}

#[derive(Serialize)]
pub(crate) struct Steps {
    steps: Vec<Step>,
    /// The steps until there are not kept any more.
    begins_after: u64,
}

#[derive(Serialize)]
struct Step {
    step: u64,
    version: u64,
    /// In nanoseconds since 1970, as text: JavaScript rounds such numbers.
    at: String,
    process: String,
    arguments: Value,
    changed: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    raised: Vec<String>,
}

impl Step {
    fn of(entry: JournalEntry, redaction: &Redaction) -> Self {
        Self {
            step: entry.step,
            version: entry.version,
            at: entry.at.to_string(),
            arguments: redaction.command(&entry.process, shown(&entry.command)),
            process: entry.process,
            changed: entry.parts.into_iter().map(|part| part.path).collect(),
            raised: entry.raised,
        }
    }
}

pub(crate) async fn journal<D: Context, G: Context, E: Send + Sync + 'static>(
    State(service): State<Shared<D, G, E>>,
    named: Named,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Json<Steps>, Problem> {
    let Query(Page { from, most }) = page?;
    let most = most.unwrap_or(100).min(MOST);
    let look = move || {
        // One that the pool has not is none of this service, though the store have it.
        drop(service.sessions.engine(&named.session)?);
        let journal = service.engine.journal(&named.session)?;
        let first = from.max(journal.begins_after() + 1);
        let steps =
            journal.entries(first, most)?.into_iter().map(|entry| Step::of(entry, &service.redaction)).collect();
        Ok(Steps { steps, begins_after: journal.begins_after() })
    };
    apart(look).await.map(Json)
}
