//! Requests to workers, with what is known of who does not answer.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A worker that has not answered is passed over for so long.
const SILENT: Duration = Duration::from_secs(1);
/// Nothing that a worker answers is longer.
const LONGEST_ANSWER: u64 = 1 << 20;

/// One request: made again, it has the same key.
pub(crate) struct Request {
    pub(crate) method: Method,
    /// `/accounts/sessions/a-17/commands/debit`.
    pub(crate) path: String,
    pub(crate) key: Option<String>,
    pub(crate) body: Value,
}

#[derive(Clone, Copy)]
pub(crate) enum Method {
    Get,
    Put,
    Post,
}

/// What a worker has answered.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn is_done(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The worker that has the session, where it is another one's.
    pub(crate) fn held_by(&self) -> Option<&str> {
        self.body.get("held_by").and_then(Value::as_str)
    }

    /// Whether it is worth to ask again, here or elsewhere: somebody else has the session, the store does not answer, there was no answer in time.
    pub(crate) fn passes(&self) -> bool {
        matches!(self.status, 503 | 504) || (self.status == 409 && self.is_of("conflict"))
    }

    pub(crate) fn is_of(&self, kind: &str) -> bool {
        let uri = self.body.get("type").and_then(Value::as_str).unwrap_or_default();
        uri.strip_prefix("urn:theus:problem:") == Some(kind)
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "status {}: {}", self.status, self.body)
    }
}

/// Connections to workers.
pub(crate) struct Wire {
    agent: ureq::Agent,
    silent: Mutex<BTreeMap<String, Instant>>,
}

impl Wire {
    /// One whose requests wait so long for an answer.
    pub(crate) fn within(time: Duration) -> Self {
        let config = ureq::Agent::config_builder().timeout_global(Some(time)).http_status_as_error(false).build();
        Self { agent: config.new_agent(), silent: Mutex::default() }
    }

    /// Whether it was asked a moment ago, and has not answered.
    pub(crate) fn is_silent(&self, worker: &str) -> bool {
        let silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        silent.get(worker).is_some_and(|since| since.elapsed() < SILENT)
    }

    /// Asks a worker, once.
    pub(crate) fn ask(&self, worker: &str, request: &Request) -> Result<Reply, ureq::Error> {
        let reply = self.once(&format!("{worker}{}", request.path), request);
        let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        match &reply {
            Ok(_) => silent.remove(worker),
            Err(_) => silent.insert(worker.to_owned(), Instant::now()),
        };
        reply
    }

    fn once(&self, url: &str, request: &Request) -> Result<Reply, ureq::Error> {
        let mut response = match request.method {
            Method::Get => self.agent.get(url).call(),
            Method::Put => self.agent.put(url).send_empty(),
            Method::Post => {
                let mut post = self.agent.post(url).header("Content-Type", "application/json");
                if let Some(key) = &request.key {
                    post = post.header("Idempotency-Key", key);
                }
                post.send(request.body.to_string())
            }
        }?;
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(LONGEST_ANSWER).read_to_string()?;
        Ok(Reply { status, body: serde_json::from_str(&body).unwrap_or_default() })
    }
}
