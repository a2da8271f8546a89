#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod connection;
mod durability;
mod failure;
mod port;
mod prune;
mod read;
mod store;
#[cfg(feature = "tls")]
mod tls;
mod values;
mod write;
mod writer;

pub use durability::Durability;
pub use store::PostgresStore;
#[cfg(feature = "tls")]
pub use tls::Tls;
