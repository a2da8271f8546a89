#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod combiner;
mod connection;
mod durability;
mod failure;
mod port;
mod readers;
mod rows;
mod schema;
mod store;
mod writer;

pub use durability::Durability;
pub use store::SqliteStore;
