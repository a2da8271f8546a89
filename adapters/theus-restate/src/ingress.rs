//! Calls to Restate's ingress.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::{Method, Request, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Unreached;

/// How long an answer is waited for where nothing is said.
const TRY: Duration = Duration::from_secs(10);

/// What is read of an answer at most.
const LONGEST: usize = 32 * 1024 * 1024;

/// Where Restate takes calls, by HTTP/1.1: one node, or several of one cluster. A clone has the same connections.
#[derive(Clone)]
pub struct Ingress {
    urls: Arc<[Box<str>]>,
    /// Which of them is called: after one that is not reached, the next.
    at: Arc<AtomicUsize>,
    client: Client<HttpConnector, Full<Bytes>>,
    time: Duration,
}

impl Ingress {
    /// At this address, as `http://127.0.0.1:8080`. A call that has no answer in ten seconds is given up; by
    /// [`Remote`](crate::Remote) it is made again under its key, which waits for what it has begun: so a node that is stopped, and has not
    /// closed its connections, holds nobody up for longer.
    ///
    /// # Errors
    /// [`Unreached::Address`].
    pub fn at(url: &str) -> Result<Self, Unreached> {
        Self::among(&[url])
    }

    /// At one of these addresses, of which each does: where one is not reached, the next call goes to another.
    ///
    /// # Errors
    /// [`Unreached::Address`], of the first that is none, or where there is none.
    pub fn among(urls: &[&str]) -> Result<Self, Unreached> {
        let checked = urls.iter().map(|url| checked(url)).collect::<Result<Arc<[_]>, _>>()?;
        if checked.is_empty() {
            return Err(Unreached::Address { url: String::new(), reason: "there is none".to_owned() });
        }
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(Duration::from_secs(2)));
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { urls: checked, at: Arc::default(), client, time: TRY })
    }

    /// How long an answer is waited for.
    #[must_use]
    pub const fn within(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    /// How long an answer is waited for.
    pub(crate) const fn time(&self) -> Duration {
        self.time
    }

    /// The same addresses, of which this one is asked first, for itself: whatever else is asked meanwhile.
    pub(crate) fn beginning_at(&self, number: usize) -> Self {
        Self { at: Arc::new(AtomicUsize::new(number)), ..self.clone() }
    }

    /// Calls a handler of a session of an object.
    ///
    /// # Errors
    /// [`Unreached`].
    pub async fn call<A: DeserializeOwned>(
        &self,
        (object, session, handler): (&str, &str, &str),
        asked: Option<&(impl Serialize + Sync)>,
        key: Option<&str>,
    ) -> Result<A, Unreached> {
        let body = match asked {
            Some(asked) => serde_json::to_vec(asked).map_err(|error| Unreached::Answer(error.to_string()))?,
            None => Vec::new(),
        };
        let number = self.at.load(Ordering::Relaxed);
        let url = self.urls.get(number % self.urls.len().max(1)).map_or("", |url| url);
        let path = format!("{url}/{object}/{}/{handler}", escaped(session));
        let mut request = Request::builder().method(Method::POST).uri(path);
        if asked.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let refused = |error: http::Error| Unreached::Address { url: url.to_owned(), reason: error.to_string() };
        let request = request.body(Full::new(Bytes::from(body))).map_err(refused)?;
        let answered = tokio::time::timeout(self.time, self.answer(request)).await.unwrap_or(Err(Unreached::TimedOut));
        let answered = answered.and_then(|(status, body)| {
            if (200..300).contains(&status) {
                return Ok(body);
            }
            let message = String::from_utf8_lossy(body.get(..body.len().min(1_000)).unwrap_or_default()).into_owned();
            Err(Unreached::Refused { status, message })
        });
        if answered.as_ref().err().is_some_and(Unreached::may_pass) {
            // Of several who were there at once one moves on.
            let next = number.wrapping_add(1);
            let _ = self.at.compare_exchange(number, next, Ordering::Relaxed, Ordering::Relaxed);
        }
        let body = answered?;
        serde_json::from_slice(&body).map_err(|error| Unreached::Answer(error.to_string()))
    }

    async fn answer(&self, request: Request<Full<Bytes>>) -> Result<(u16, Bytes), Unreached> {
        let broken = |error: &dyn std::error::Error| Unreached::Connection(error.to_string());
        let response = self.client.request(request).await.map_err(|error| broken(&error))?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), LONGEST).collect().await;
        let body = body.map_err(|error| Unreached::Connection(error.to_string()))?;
        Ok((status, body.to_bytes()))
    }
}

/// One without a path.
pub(crate) fn checked(url: &str) -> Result<Box<str>, Unreached> {
    let wrong = |reason: &str| Unreached::Address { url: url.to_owned(), reason: reason.to_owned() };
    let uri: Uri = url.parse().map_err(|error: http::uri::InvalidUri| wrong(&error.to_string()))?;
    if uri.scheme_str() != Some("http") || uri.authority().is_none() {
        return Err(wrong("it begins with `http://`, and names a host"));
    }
    Ok(url.trim_end_matches('/').into())
}

/// A name of a session as a part of a path: all but letters, digits and `-_.~` by their bytes.
fn escaped(name: &str) -> String {
    let mut escaped = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => escaped.push(char::from(byte)),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

impl fmt::Debug for Ingress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ingress").field("urls", &self.urls).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_part_of_a_path_whatever_it_says() {
        assert_eq!(escaped("a-17"), "a-17");
        assert_eq!(escaped("a/../b c?ä"), "a%2F..%2Fb%20c%3F%C3%A4");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for url in ["", "localhost:8080", "https://a", "http://"] {
            assert!(matches!(Ingress::at(url), Err(Unreached::Address { .. })), "{url}");
        }
        assert!(Ingress::at("http://127.0.0.1:8080/").is_ok());
        assert!(Ingress::among(&[]).is_err() && Ingress::among(&["http://a:1", "b"]).is_err());
    }
}
