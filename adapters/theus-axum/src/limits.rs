//! How much a service takes on at once.

use std::time::Duration;

use axum::BoxError;
use axum::Router;
use axum::error_handling::HandleErrorLayer;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_LENGTH;
use tower::ServiceBuilder;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::load_shed::LoadShedLayer;
use tower::load_shed::error::Overloaded;
use tower::timeout::TimeoutLayer;
use tower::timeout::error::Elapsed;

use crate::options::Limits;
use crate::problem::{Kind, Problem};

/// A run, or an answer, is given up by itself when its time is over, and says so better: this is for a request that does not come.
const LATER: Duration = Duration::from_secs(1);

pub(crate) fn around(router: Router, limits: Limits) -> Router {
    // The first is the outermost.
    let layers = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(told))
        .layer(LoadShedLayer::new())
        .layer(GlobalConcurrencyLimitLayer::new(limits.requests))
        .layer(TimeoutLayer::new(limits.time.saturating_add(LATER)));
    let most = limits.body;
    router
        .layer(from_fn(move |request, next| told_length(most, request, next)))
        .layer(DefaultBodyLimit::max(most))
        .layer(layers)
}

/// A body that says that it is too long is not read; one that does not say it is read so far.
async fn told_length(most: usize, request: Request, next: Next) -> Response {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    match length {
        Some(length) if usize::try_from(length).is_ok_and(|length| length > most) => {
            Problem::new(Kind::TooLarge).detail(format!("it may have {most} bytes")).into_response()
        }
        _ => next.run(request).await,
    }
}

async fn told(error: BoxError) -> Problem {
    if error.is::<Overloaded>() {
        Problem::new(Kind::Busy).detail("so many requests are served already")
    } else if error.is::<Elapsed>() {
        Problem::new(Kind::TimedOut).detail("the request was not there, or not served, in time")
    } else {
        Problem::new(Kind::Internal).caused_by(&*error)
    }
}
