//! What Restate calls.

use std::collections::BTreeSet;
use std::sync::Arc;

use restate_sdk::endpoint::{Builder, Endpoint};
use restate_sdk::http_server::HttpServer;
use tokio::net::TcpListener;

use crate::counters;
use crate::error::ObjectError;
use crate::handlers::{Sessions, SharedCounting};
use crate::interlock::{self, Lease};
use crate::ledger;
use crate::object::Served;
use crate::service;

/// An endpoint that serves these objects, with the interlock that machines share where there is one, and the ledgers and
/// counters that they name: to be built, or to be given more by the SDK. Any number of processes may serve the same.
///
/// # Errors
/// [`ObjectError::Name`].
pub fn endpoint(objects: impl IntoIterator<Item = Served>, interlock: Option<&Lease>) -> Result<Builder, ObjectError> {
    let mut builder = Endpoint::builder();
    let (mut ledgers, mut counters_of_all) = (BTreeSet::new(), BTreeSet::new());
    for object in objects {
        let (name, hosted, options): (Arc<str>, _, _) = (object.name().into(), object.hosted(), object.options);
        let (warm, ledger) = (object.warm(), object.ledger);
        let counting = object.counting.map(|counting| {
            let (object, (group, counters)) = (counting.counters().name().into(), counting.of(&name));
            SharedCounting { object, group, counters }
        });
        counters_of_all.extend(counting.as_ref().map(|counting| Arc::clone(&counting.object)));
        ledgers.extend(ledger.as_ref().map(|ledger| ledger.name().to_owned()));
        let sessions = Sessions { name, hosted, interlock: interlock.cloned(), warm, ledger, counting };
        builder = builder.bind(service::definition(sessions, options)?);
    }
    for ledger in ledgers {
        builder = builder.bind(ledger::definition(&ledger)?);
    }
    for name in counters_of_all {
        builder = builder.bind(counters::definition(&name)?);
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
