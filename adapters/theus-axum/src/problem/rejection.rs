//! What axum could not read out of a request.

use axum::extract::rejection::{BytesRejection, JsonRejection, PathRejection, QueryRejection};
use http::StatusCode;

use super::{Kind, Problem};

/// As axum says it, in the kinds that there are.
fn of(status: StatusCode, text: String) -> Problem {
    let kind = match status {
        StatusCode::PAYLOAD_TOO_LARGE => Kind::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Kind::MediaType,
        StatusCode::UNPROCESSABLE_ENTITY => Kind::Arguments,
        status if status.is_client_error() => Kind::Malformed,
        _ => return Problem::new(Kind::Internal).caused_by(&Text(text)),
    };
    Problem::new(kind).detail(text)
}

/// What a rejection says.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Text(String);

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        let (status, text) = (rejection.status(), rejection.body_text());
        // The values that a text does not fit are the client's own; what they were to become has names of types that are not.
        match rejection {
            JsonRejection::JsonDataError(_) => Self::new(Kind::Arguments).detail(text),
            _ => of(status, text),
        }
    }
}

impl From<BytesRejection> for Problem {
    fn from(rejection: BytesRejection) -> Self {
        of(rejection.status(), rejection.body_text())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(Kind::Query).detail(rejection.body_text())
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        let (status, text) = (rejection.status(), rejection.body_text());
        if status.is_client_error() { Self::new(Kind::Name).detail(text) } else { of(status, text) }
    }
}
