//! What Restate calls.

use std::sync::Arc;

use restate_sdk::endpoint::{Builder, Endpoint};
use restate_sdk::http_server::HttpServer;
use tokio::net::TcpListener;

use crate::error::ObjectError;
use crate::handlers::Sessions;
use crate::interlock::{self, Lease};
use crate::object::Served;
use crate::service;

/// An endpoint that serves these objects, with the interlock that machines share where there is one: to be built, or to be given more by
/// the SDK. Any number of processes may serve the same.
///
/// # Errors
/// [`ObjectError::Name`].
pub fn endpoint(objects: impl IntoIterator<Item = Served>, interlock: Option<&Lease>) -> Result<Builder, ObjectError> {
    let mut builder = Endpoint::builder();
    for object in objects {
        let (name, hosted, options): (Arc<str>, _, _) = (object.name().into(), object.hosted(), object.options);
        let warm = object.warm();
        let sessions = Sessions { name, hosted, interlock: interlock.cloned(), warm };
        builder = builder.bind(service::definition(sessions, options)?);
    }
    match interlock {
        Some(lease) => Ok(builder.bind(interlock::definition(lease)?)),
        None => Ok(builder),
    }
}

/// Serves an endpoint until the process is told to end.
pub async fn serve(endpoint: Endpoint, listener: TcpListener) {
    HttpServer::new(endpoint).serve(listener).await;
}
