//! What is wrong, as a client is told it: `application/problem+json`.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value};

mod alarm;
mod arguments;
mod kind;
mod rejection;
mod run;
mod session;
mod store;
mod violations;

pub use kind::Kind;
pub use run::HttpStatus;
pub(crate) use session::no_answer;
pub(crate) use store::tell_holder;
pub use violations::account;

/// What a client is told of something that was not done, as RFC 9457 has it. Handlers return it, and `?` makes it of the errors of
/// `theus_core`: [`RunError`](theus_core::RunError), [`SessionError`](theus_core::workflow::sessions::SessionError),
/// [`StoreError`](theus_core::store::StoreError), [`ArgumentError`](theus_core::engine::ArgumentError), [`AlarmError`](theus_core::audit::AlarmError) and axum's rejections.
///
/// ```
/// use axum::extract::{Path, State};
/// use std::sync::Arc;
/// use theus_axum::{Json, Problem};
/// use theus_core::prelude::*;
/// use theus_core::workflow::{Answer, Sessions};
///
/// #[derive(Clone, Default, Context)]
/// struct Order { paid: bool }
///
/// async fn pay(
///     State(orders): State<Arc<Sessions<Order>>>,
///     Path(name): Path<String>,
///     Json(payment): Json<serde_json::Value>,
/// ) -> Result<Json<Answer>, Problem> {
///     Ok(Json(orders.ask(&name, "CMD_PAY", payment).await?))
/// }
/// # axum::Router::<Arc<Sessions<Order>>>::new().route("/orders/{name}/pay", axum::routing::post(pay));
/// ```
///
/// What is of no concern to a client stays here: the text of a store's error, names of files, what a panic said. It is logged by
/// `tracing` (target `theus::http`), with the `instance` that the problem carries.
#[derive(Clone)]
pub struct Problem(Box<Inner>);

#[derive(Clone, Serialize)]
struct Inner {
    #[serde(rename = "type")]
    uri: Cow<'static, str>,
    title: Cow<'static, str>,
    #[serde(serialize_with = "as_number")]
    status: StatusCode,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    #[serde(flatten)]
    more: Map<String, Value>,
    /// In how many seconds it is worth to try again.
    #[serde(skip)]
    retry_after: Option<u32>,
    #[serde(skip)]
    kind: Option<Kind>,
    /// Which other program has the session.
    #[serde(skip)]
    held_by: Option<Box<str>>,
}

/// In a response: what it was made of, where another program has the session. For the layer that tells which.
#[derive(Clone)]
pub(crate) struct Held(pub(crate) Problem);

fn as_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl Problem {
    /// One of the kinds that Theus knows.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        let retry_after = kind.passes().then_some(1);
        Self::with(kind.uri().into(), kind.title().into(), kind.status(), retry_after, Some(kind))
    }

    /// One of a program's own: `uri` is its `type`, by which clients tell it apart.
    #[must_use]
    pub fn of_type(uri: impl Into<Cow<'static, str>>, title: impl Into<Cow<'static, str>>, status: StatusCode) -> Self {
        Self::with(uri.into(), title.into(), status, None, None)
    }

    fn with(
        uri: Cow<'static, str>,
        title: Cow<'static, str>,
        status: StatusCode,
        retry_after: Option<u32>,
        kind: Option<Kind>,
    ) -> Self {
        let (detail, instance, held_by) = (None, None, None);
        Self(Box::new(Inner { uri, title, status, detail, instance, more: Map::new(), retry_after, kind, held_by }))
    }

    /// What is wrong this time, in words for who reads them. Never what a client is not to know.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Another status.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.0.status = status;
        self
    }

    /// An extension member. Those of RFC 9457 itself are not replaced.
    #[must_use]
    pub fn member(mut self, name: &str, value: impl Into<Value>) -> Self {
        if !["type", "title", "status", "detail", "instance"].contains(&name) {
            self.0.more.insert(name.to_owned(), value.into());
        }
        self
    }

    /// In how many seconds it is worth to try again: the header `Retry-After`.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// One whose cause is logged, and not told: the problem carries the number that the log has.
    #[must_use]
    pub fn caused_by(mut self, cause: &dyn Error) -> Self {
        // Random, so that nobody learns from one how many there are.
        let instance = format!("urn:theus:occurrence:{:016x}", fastrand::u64(..));
        let (kind, cause) = (&*self.0.uri, chain(cause));
        if self.0.status.is_server_error() {
            tracing::error!(target: "theus::http", instance, kind, cause, "a request was not served");
        } else {
            tracing::info!(target: "theus::http", instance, kind, cause, "a request was refused");
        }
        self.0.instance = Some(instance);
        self
    }

    /// What kind it is, where it is one that Theus knows.
    #[must_use]
    pub const fn kind(&self) -> Option<Kind> {
        self.0.kind
    }

    /// Another program has the session, by a lease in this name.
    pub(crate) fn held(mut self, owner: &str) -> Self {
        self.0.held_by = Some(owner.into());
        self
    }

    /// The program that has the session, where that is why: the name that it
    /// [leases as](theus_core::EngineBuilder::leases_as). It is not told to clients, unless [`Options::tells_holder`](crate::Options::tells_holder) says so.
    #[must_use]
    pub fn held_by(&self) -> Option<&str> {
        self.0.held_by.as_deref()
    }

    /// The name of the declared error, where it is one.
    pub(crate) fn error(&self) -> Option<&str> {
        self.0.more.get("error").and_then(Value::as_str)
    }

    /// Its status.
    #[must_use]
    pub const fn status_code(&self) -> StatusCode {
        self.0.status
    }
}

/// An error with those that it came from, where they say more.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = error.source();
    }
    text
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let mut response = (self.0.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.0.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if self.0.held_by.is_some() {
            response.extensions_mut().insert(Held(self));
        }
        response
    }
}

impl Serialize for Problem {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { title, status, detail, .. } = &*self.0;
        write!(f, "{}: {title}", status.as_u16())?;
        detail.as_ref().map_or(Ok(()), |detail| write!(f, ": {detail}"))
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Problem({self})")
    }
}

impl Error for Problem {}
