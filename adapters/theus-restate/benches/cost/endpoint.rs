//! The endpoint: a process of its own, so that what it costs is known.

use theus_restate::endpoint;
use tokio::net::TcpListener;

use crate::program;
use crate::raw::Raw;

pub fn serve(address: &str) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind(address).await.unwrap();
        let in_parts = program::ledgers("LedgersInParts").in_parts(256 << 20).build().unwrap();
        let objects = [program::tallies(), program::ledgers("Ledgers").build().unwrap(), in_parts];
        theus_restate::serve(endpoint(objects, None).unwrap().bind(Raw).build(), listener).await;
    });
}
