//! Whether the sessions that Restate has can go on with another program: found out before that is registered.

mod rows;

use std::collections::BTreeMap;
use std::time::Duration;

use http::{Method, Request, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use theus_core::engine::{StoredCheck, StoredFinding};

use crate::drive::{Entry, StepError};
use crate::error::Unreached;
use crate::handlers::KEPT;
use crate::object::Served;
use rows::Rows;

/// What is read of a refusal at most.
const MOST_TOLD: usize = 1_000;
/// Who says nothing for so long is taken to be away.
const SILENCE: Duration = Duration::from_secs(60);

/// A session as Restate has it.
#[derive(Deserialize)]
struct Row {
    service_key: String,
    /// None where it is no text.
    value_utf8: Option<String>,
}

impl Served {
    /// Looks whether each session of this object that a server of Restate has, by the address of its admin API, can go on with *this*
    /// program: whether a migration leads to its context, whether its workflow can be where each session is, with the timers, steps and
    /// compensations that are under way there. It is asked before the program is registered; nothing is written, and nothing runs. One session
    /// after the other is looked at as the answer comes.
    ///
    /// ```no_run
    /// # use theus_core::prelude::*;
    /// # use theus_restate::Object;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Account { balance: i64 }
    /// # async fn check(engine: Engine<Account>) -> Result<(), Box<dyn std::error::Error>> {
    /// let accounts = Object::new("Accounts", engine).workflow_file("account.yaml")?.build()?;
    /// let check = accounts.check("http://127.0.0.1:9070").await?;
    /// if !check.is_clean() {
    ///     return Err(check.to_string().into());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Where the server is not reached, or its answer is not whole: then nothing is known.
    pub async fn check(&self, admin: &str) -> Result<StoredCheck, Unreached> {
        let mut look = Look { served: self, check: StoredCheck::default(), found: BTreeMap::new() };
        let name = self.name().replace('\'', "''");
        let query =
            format!("SELECT service_key, value_utf8 FROM state WHERE service_name = '{name}' AND key = '{KEPT}'");
        let mut body = asked(admin, &query).await?;
        let mut rows = Rows::default();
        while let Some(frame) = tokio::time::timeout(SILENCE, body.frame()).await.map_err(|_| Unreached::TimedOut)? {
            let frame = frame.map_err(|error| Unreached::Connection(error.to_string()))?;
            if let Some(part) = frame.data_ref() {
                rows.take(part, |row| look.at(row))?;
            }
        }
        rows.end()?;
        Ok(look.ends())
    }
}

/// Asks by SQL.
async fn asked(admin: &str, query: &str) -> Result<Incoming, Unreached> {
    let url = crate::ingress::checked(admin)?;
    let body = serde_json::json!({ "query": query }).to_string();
    let request = Request::builder().method(Method::POST).uri(format!("{url}/query"));
    let request = request.header(header::CONTENT_TYPE, "application/json").header(header::ACCEPT, "application/json");
    let refused = |error: http::Error| Unreached::Address { url: admin.to_owned(), reason: error.to_string() };
    let request = request.body(Full::new(Bytes::from(body))).map_err(refused)?;
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(Duration::from_secs(2)));
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build(connector);
    let response = tokio::time::timeout(SILENCE, client.request(request)).await.map_err(|_| Unreached::TimedOut)?;
    let response = response.map_err(|error| Unreached::Connection(error.to_string()))?;
    let status = response.status();
    if status.is_success() {
        return Ok(response.into_body());
    }
    let told = http_body_util::Limited::new(response.into_body(), MOST_TOLD).collect().await;
    let told = told.map(|told| told.to_bytes()).unwrap_or_default();
    Err(Unreached::Refused { status: status.as_u16(), message: String::from_utf8_lossy(&told).into_owned() })
}

/// What was found as yet.
struct Look<'a> {
    served: &'a Served,
    check: StoredCheck,
    /// Each with how many have it, and the first.
    found: BTreeMap<String, (u64, String)>,
}

impl Look<'_> {
    fn at(&mut self, row: &[u8]) -> Result<(), Unreached> {
        let Row { service_key: session, value_utf8: kept } =
            serde_json::from_slice(row).map_err(|error| Unreached::Answer(error.to_string()))?;
        let hosted = self.served.hosted();
        let kept = kept.unwrap_or_default();
        let checked = Entry::read(&session, kept.as_bytes()).and_then(|entry| hosted.check(&session, &entry));
        self.check.sessions += 1;
        let findings = match checked {
            Ok(checked) => {
                self.check.to_migrate += u64::from(checked.is_earlier);
                checked.findings
            }
            Err(StepError::Damaged { reason, .. } | StepError::Defect { reason, .. } | StepError::Later(reason)) => {
                vec![reason]
            }
        };
        for what in findings {
            self.found.entry(what).or_insert_with(|| (0, session.clone())).0 += 1;
        }
        Ok(())
    }

    fn ends(self) -> StoredCheck {
        let Self { mut check, found, .. } = self;
        let finding = |(what, (sessions, example))| StoredFinding::new(what, sessions, example);
        check.findings = found.into_iter().map(finding).collect();
        check.findings.sort_by_key(|finding| std::cmp::Reverse(finding.sessions));
        check
    }
}
