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

use crate::drive::{Entry, StepError, parts};
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
        let (check, found, apart) = (StoredCheck::default(), BTreeMap::new(), BTreeMap::new());
        let mut look = Look { served: self, check, found, apart, parts: None, torn: Vec::new() };
        let of = format!("FROM state WHERE service_name = '{}'", self.name().replace('\'', "''"));
        let entries = format!("SELECT service_key, value_utf8 {of} AND key = '{KEPT}'");
        rows_of(admin, &entries, |row| look.at(row)).await?;
        if !look.apart.is_empty() {
            // Those of one session come one after the other.
            let hex = "encode(value, 'hex') AS value_hex";
            let parts = format!("SELECT service_key, key, {hex} {of} AND key <> '{KEPT}' ORDER BY service_key");
            rows_of(admin, &parts, |row| look.at_part(row)).await?;
            look.has_parts();
            // Of whom nothing else is there.
            for (session, entry) in std::mem::take(&mut look.apart) {
                look.checks(&session, entry, BTreeMap::new());
            }
        }
        for session in std::mem::take(&mut look.torn) {
            look.read_again(admin, &of, &session).await?;
        }
        Ok(look.ends())
    }
}

/// So often a session is read again that is being written meanwhile.
const TRIES: u32 = 5;

/// Each row of an answer, as it comes.
async fn rows_of(
    admin: &str,
    query: &str,
    mut each: impl FnMut(&[u8]) -> Result<(), Unreached>,
) -> Result<(), Unreached> {
    let mut body = asked(admin, query).await?;
    let mut rows = Rows::default();
    while let Some(frame) = tokio::time::timeout(SILENCE, body.frame()).await.map_err(|_| Unreached::TimedOut)? {
        let frame = frame.map_err(|error| Unreached::Connection(error.to_string()))?;
        if let Some(part) = frame.data_ref() {
            rows.take(part, &mut each)?;
        }
    }
    rows.end()
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

/// A part of one.
#[derive(Deserialize)]
struct PartRow {
    service_key: String,
    key: String,
    /// Two digits each.
    value_hex: String,
}

/// By their keys.
type Parts = BTreeMap<String, Vec<u8>>;

/// What was found as yet.
struct Look<'a> {
    served: &'a Served,
    check: StoredCheck,
    /// Each with how many have it, and the first.
    found: BTreeMap<String, (u64, String)>,
    /// Sessions that are kept in parts, which have not been looked at.
    apart: BTreeMap<String, Entry>,
    /// The one whose parts are coming.
    parts: Option<(String, Parts)>,
    /// Those whose parts are not of one time: they were written between the entries and the parts.
    torn: Vec<String>,
}

impl Look<'_> {
    fn at(&mut self, row: &[u8]) -> Result<(), Unreached> {
        let Row { service_key: session, value_utf8: kept } =
            serde_json::from_slice(row).map_err(|error| Unreached::Answer(error.to_string()))?;
        self.check.sessions += 1;
        match Entry::read(&session, kept.unwrap_or_default().as_bytes()) {
            Ok(entry) if entry.parts.is_some() => drop(self.apart.insert(session, entry)),
            Ok(entry) => self.checks(&session, entry, Parts::new()),
            Err(error) => self.finds(&session, &error),
        }
        Ok(())
    }

    fn at_part(&mut self, row: &[u8]) -> Result<(), Unreached> {
        let (session, key, value) = part(row)?;
        if self.parts.as_ref().is_none_or(|(known, _)| *known != session) {
            self.has_parts();
        }
        self.parts.get_or_insert_with(|| (session, Parts::new())).1.insert(key, value);
        Ok(())
    }

    /// All parts of a session have come.
    fn has_parts(&mut self) {
        let Some((session, parts)) = self.parts.take() else { return };
        // Of others, an earlier kind of session has left something behind.
        if let Some(entry) = self.apart.remove(&session) {
            self.checks(&session, entry, parts);
        }
    }

    fn checks(&mut self, session: &str, mut entry: Entry, mut parts: Parts) {
        if let Some(kept) = &entry.parts {
            let apart = parts::fields(session, kept, |name| parts.remove(&name.key()));
            match apart.and_then(|apart| parts::together(session, &entry, apart)) {
                Ok(fields) => entry.state.fields = fields,
                Err(_) => return self.torn.push(session.to_owned()),
            }
        }
        self.checks_whole(session, &entry);
    }

    /// One session in one answer, so that it is less likely to be written meanwhile.
    async fn read_again(&mut self, admin: &str, of: &str, session: &str) -> Result<(), Unreached> {
        let name = session.replace('\'', "''");
        let query =
            format!("SELECT service_key, key, encode(value, 'hex') AS value_hex {of} AND service_key = '{name}'");
        let mut wrong = None;
        for _ in 0..TRIES {
            let mut parts = Parts::new();
            rows_of(admin, &query, |row| {
                let (_, key, value) = part(row)?;
                parts.insert(key, value);
                Ok(())
            })
            .await?;
            // It has gone meanwhile.
            let Some(kept) = parts.remove(KEPT) else { return Ok(()) };
            let read = Entry::read(session, &kept).and_then(|mut entry| {
                let kept = entry.parts.as_deref().unwrap_or_default();
                if entry.parts.is_some() {
                    let apart = parts::fields(session, kept, |name| parts.remove(&name.key()))?;
                    entry.state.fields = parts::together(session, &entry, apart)?;
                }
                Ok(entry)
            });
            match read {
                Ok(entry) => {
                    self.checks_whole(session, &entry);
                    return Ok(());
                }
                Err(error) => wrong = Some(error),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        wrong.iter().for_each(|error| self.finds(session, error));
        Ok(())
    }

    fn checks_whole(&mut self, session: &str, entry: &Entry) {
        match self.served.hosted().check(session, entry) {
            Ok(checked) => {
                self.check.to_migrate += u64::from(checked.is_earlier);
                checked.findings.into_iter().for_each(|what| self.tells(session, what));
            }
            Err(error) => self.finds(session, &error),
        }
    }

    fn finds(&mut self, session: &str, error: &StepError) {
        let what = match error {
            StepError::Damaged { reason, .. } | StepError::Defect { reason, .. } | StepError::Later(reason) => {
                reason.clone()
            }
            StepError::TooLong { .. } => error.to_string(),
        };
        self.tells(session, what);
    }

    fn tells(&mut self, session: &str, what: String) {
        self.found.entry(what).or_insert_with(|| (0, session.to_owned())).0 += 1;
    }

    fn ends(self) -> StoredCheck {
        let Self { mut check, found, .. } = self;
        let finding = |(what, (sessions, example))| StoredFinding::new(what, sessions, example);
        check.findings = found.into_iter().map(finding).collect();
        check.findings.sort_by_key(|finding| std::cmp::Reverse(finding.sessions));
        check
    }
}

/// A session, a key of it, what is kept there.
fn part(row: &[u8]) -> Result<(String, String, Vec<u8>), Unreached> {
    let PartRow { service_key, key, value_hex } =
        serde_json::from_slice(row).map_err(|error| Unreached::Answer(error.to_string()))?;
    let value = bytes(&value_hex).ok_or_else(|| Unreached::Answer("a value has no hexadecimal digits".to_owned()))?;
    Ok((service_key, key, value))
}

/// Out of hexadecimal digits, two each.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|four| u8::try_from(four).ok());
    let (pairs, rest) = digits.as_bytes().as_chunks();
    let bytes: Option<_> = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
    bytes.filter(|_| rest.is_empty())
}
