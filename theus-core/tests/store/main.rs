//! Sessions that a store keeps, through the public API.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod across;
mod adapter;
mod alarms;
mod arrivals;
mod bank;
mod blocking;
mod carried;
mod charts;
mod conformance;
mod couriers;
mod deferred;
mod effects;
mod events;
mod faults;
mod golden;
mod golden_stores;
mod held;
mod invoke;
mod journal;
mod leases;
mod missing;
mod models;
mod multiple;
mod once;
mod outbox;
mod pool;
mod pool_asks;
mod pool_runs;
mod pool_writes;
mod programs;
#[path = "../random_charts/mod.rs"]
mod random_charts;
mod refused;
mod regions;
mod restart;
mod results;
mod sagas;
mod table;
mod tokio_runtime;
mod traces;
mod versions;
mod windows;
mod workflow;
