//! The payment server, over HTTP.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Declined, PayError, PaymentUnknown, Payments};

/// A longer answer, in bytes, is none.
const LONGEST_ANSWER: u64 = 64 * 1024;

/// Asks once: who is to ask again, and when, is said in the workflow.
pub(crate) struct PaymentClient {
    agent: ureq::Agent,
    url: String,
}

impl PaymentClient {
    /// Of the server at this address, for whose answers it is waited so long.
    pub(crate) fn new(url: &str, patience: Duration) -> Self {
        // A status is an answer: which one decides what has become of the money.
        let config = ureq::Agent::config_builder().timeout_global(Some(patience)).http_status_as_error(false).build();
        Self { agent: config.new_agent(), url: url.trim_end_matches('/').to_owned() }
    }

    fn post(&self, path: &str, key: &str, body: &Value) -> Result<(u16, Value), PaymentUnknown> {
        let asked = || -> Result<(u16, Value), ureq::Error> {
            let mut request = self.agent.post(format!("{}{path}", self.url)).header("Idempotency-Key", key);
            // The server goes on with the trace of who has ordered.
            if let Some(trace) = theus_telemetry::here() {
                request = request.header("traceparent", trace.to_string());
            }
            let mut response = request.header("Content-Type", "application/json").send(body.to_string())?;
            let body = response.body_mut().with_config().limit(LONGEST_ANSWER).read_json().unwrap_or_default();
            Ok((response.status().as_u16(), body))
        };
        asked().map_err(|error| unknown(&error))
    }
}

impl Payments for PaymentClient {
    fn pay(&self, key: &str, amount: i64, card: &str) -> Result<String, PayError> {
        let asked = self.post("/payments", key, &json!({ "amount": amount, "card": card }));
        match asked.map_err(PayError::Unknown)? {
            (200, body) if body["receipt"].is_string() => Ok(body["receipt"].as_str().unwrap_or_default().to_owned()),
            (402, _) => Err(PayError::Declined(Declined)),
            (status, _) => Err(PayError::Unknown(unknown(&format_args!("status {status}")))),
        }
    }

    fn refund(&self, key: &str, receipt: &str) -> Result<(), PaymentUnknown> {
        match self.post("/refunds", key, &json!({ "receipt": receipt }))? {
            (200, _) => Ok(()),
            (status, _) => Err(unknown(&format_args!("status {status}"))),
        }
    }
}

fn unknown(why: &dyn std::fmt::Display) -> PaymentUnknown {
    tracing::warn!(%why, "the payment server does not answer");
    PaymentUnknown
}
