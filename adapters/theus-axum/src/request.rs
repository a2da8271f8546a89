//! What comes with a request: the name of a session, a body that need not be there, a key.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, HeaderName};
use serde::Deserialize;
use serde_json::Value;

use crate::problem::{Kind, Problem};

/// How many bytes the name of a session may have.
const LONGEST_NAME: usize = 256;
/// How many bytes a key may have.
const LONGEST_KEY: usize = 256;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The session of a request, and what of it is meant: `/sessions/{name}/commands/{of}`.
pub(crate) struct Named {
    pub(crate) session: String,
    /// The process, or the event.
    pub(crate) of: String,
}

#[derive(Deserialize)]
struct Segments {
    name: String,
    #[serde(default)]
    of: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(Segments { name, of }) = Path::from_request_parts(parts, state).await?;
        checked(&name).map_err(|why| Problem::new(Kind::Name).detail(why))?;
        Ok(Self { session: name, of })
    }
}

/// Any text of people is a name; what would not be seen in a log, or reads as a way through folders, is none.
fn checked(name: &str) -> Result<(), String> {
    if name.len() > LONGEST_NAME {
        return Err(format!("it has more than {LONGEST_NAME} bytes"));
    }
    if name.is_empty() || name == "." || name == ".." {
        return Err("it is no name".to_owned());
    }
    if name.contains(['/', '\\']) {
        return Err("it has a slash in it".to_owned());
    }
    if name.chars().any(is_unseen) {
        return Err("it has characters in it that are not seen".to_owned());
    }
    Ok(())
}

/// Controls, and what turns the direction of a text or has no width: two names must not look alike.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// The body, as JSON; null where there is none.
pub(crate) struct Body(pub(crate) Value);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let is_json = is_json(request.headers());
        let bytes = Bytes::from_request(request, state).await?;
        if bytes.is_empty() {
            return Ok(Self(Value::Null));
        }
        // A form of another page cannot send this type: so a browser asks before it sends one.
        if !is_json {
            return Err(Problem::new(Kind::MediaType));
        }
        let read = serde_json::from_slice(&bytes);
        read.map(Self).map_err(|error| Problem::new(Kind::Malformed).detail(error.to_string()))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(Ok(kind)) = headers.get(CONTENT_TYPE).map(|kind| kind.to_str()) else { return false };
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// The `Idempotency-Key`, if there is one: printable ASCII, as a string of RFC 8941 or without its quotes.
pub(crate) struct Key(pub(crate) Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let wrong = |why: &str| Problem::new(Kind::Key).detail(why);
        let mut keys = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
        let Some(key) = keys.next() else { return Ok(Self(None)) };
        if keys.next().is_some() {
            return Err(wrong("there is more than one"));
        }
        let key = key.to_str().map_err(|_| wrong("it is not of printable ASCII"))?.trim();
        let bare = key.strip_prefix('"').and_then(|key| key.strip_suffix('"')).unwrap_or(key);
        match bare.len() {
            0 => Err(wrong("it is empty")),
            length if length > LONGEST_KEY => Err(wrong("it has more than 256 bytes")),
            _ => Ok(Self(Some(bare.to_owned()))),
        }
    }
}
