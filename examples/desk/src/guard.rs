//! Who may do what: a layer around all resources. What is not said here nobody may.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{MatchedPath, Path, Request, State};
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use theus_axum::{Kind, Problem};

use crate::tokens::Role::{Auditor, Clerk, Customer};
use crate::tokens::{Role, Tokens};

/// What customers say. The rest is for clerks.
const OF_CUSTOMERS: [&str; 5] = ["CMD_ADD", "CMD_REMOVE", "CMD_CHECK_OUT", "CMD_PAY", "CMD_CANCEL"];

/// For whom a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For {
    Anybody,
    /// Of the order's tenant.
    Those(&'static [Role]),
    /// Of no tenant, but of the house.
    House(&'static [Role]),
}

fn whom(method: &Method, resource: &str, of: &str) -> For {
    let is_look = method == Method::GET || method == Method::HEAD;
    match resource {
        "/health" | "/openapi.json" => For::Anybody,
        "/sessions/{name}" if is_look => For::Those(&[Customer, Clerk, Auditor]),
        "/sessions/{name}" if method == Method::PUT => For::Those(&[Customer, Clerk]),
        "/sessions/{name}/events/{of}" if OF_CUSTOMERS.contains(&of) => For::Those(&[Customer, Clerk]),
        "/sessions/{name}/events/{of}" => For::Those(&[Clerk]),
        "/sessions/{name}/happenings" if is_look => For::Those(&[Clerk, Auditor]),
        "/sessions/{name}/journal" if is_look => For::Those(&[Auditor]),
        "/happenings" | "/status" | "/metrics" if is_look => For::House(&[Auditor]),
        _ => For::House(&[]),
    }
}

/// Lets in who may. The names in the path are as the handlers have them: taken apart and decoded once, by the router.
pub(crate) async fn guard(
    State(tokens): State<Arc<Tokens>>,
    resource: MatchedPath,
    Path(names): Path<BTreeMap<String, String>>,
    request: Request,
    next: Next,
) -> Response {
    let name = |name| names.get(name).map(String::as_str).unwrap_or_default();
    let (roles, is_of_house) = match whom(request.method(), resource.as_str(), name("of")) {
        For::Anybody => return next.run(request).await,
        For::Those(roles) => (roles, false),
        For::House(roles) => (roles, true),
    };
    let Some(holder) = tokens.holder(request.headers()) else { return unknown() };
    if !roles.contains(&holder.role) || (is_of_house && holder.tenant.is_some()) {
        let problem = Problem::of_type("urn:desk:problem:role", "This is not for your role", StatusCode::FORBIDDEN);
        return problem.into_response();
    }
    // Whether another tenant has such an order is not told.
    if !is_of_house && !holder.is_theirs(name("name")) {
        return Problem::new(Kind::UnknownSession).into_response();
    }
    next.run(request).await
}

fn unknown() -> Response {
    let problem =
        Problem::of_type("urn:desk:problem:token", "A token is needed that is known", StatusCode::UNAUTHORIZED);
    let mut response = problem.into_response();
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"desk\""));
    response
}
