//! An endpoint of the program that there are two versions of: `upgrading 1|2 ADDRESS FOLDER`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "tests")]
#![allow(dead_code, missing_docs, unreachable_pub, reason = "a program for several tests")]

#[path = "upgrade/mod.rs"]
mod upgrade;

use theus_restate::{endpoint, serve};
use tokio::net::TcpListener;
use upgrade::{Till, Version};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let served = Version::parse(&arguments[0]).unwrap().served(Till { folder: arguments[2].clone().into() }).unwrap();
    let listener = TcpListener::bind(&arguments[1]).await.unwrap();
    serve(endpoint([served], None).unwrap().build(), listener).await;
}
