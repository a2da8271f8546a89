//! The endpoint: a process of its own, so that what it costs is known.

use std::time::Duration;

use theus_restate::{Counters, Counting, Ingress, endpoint};
use tokio::net::TcpListener;
use tokio::runtime::Handle;

use crate::program;
use crate::raw::Raw;

pub fn serve(address: &str) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind(address).await.unwrap();
        let in_parts = program::ledgers("LedgersInParts").in_parts(256 << 20).build().unwrap();
        let ingress = Ingress::at(&std::env::var("THEUS_RESTATE_INGRESS").unwrap()).unwrap();
        let counters = Counters::at(ingress, "Counter", Duration::from_millis(60), &Handle::current());
        let late = program::tallies_together("LateTallies", Counting::Late(counters.clone()));
        let exact = program::tallies_together("ExactTallies", Counting::Exact(counters));
        let objects = [program::tallies(), late, exact, program::ledgers("Ledgers").build().unwrap(), in_parts];
        theus_restate::serve(endpoint(objects, None).unwrap().bind(Raw).build(), listener).await;
    });
}
