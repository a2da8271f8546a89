#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod check;
pub mod counters;
mod discovery;
pub mod drive;
mod endpoint;
mod error;
mod handlers;
mod ingress;
pub mod interlock;
pub mod ledger;
mod object;
mod remote;
mod service;

pub use counters::{Counters, Counting};
pub use endpoint::{endpoint, serve};
pub use error::{ObjectError, Unreached};
pub use ingress::Ingress;
pub use ledger::Ledger;
pub use object::{Object, Served};
pub use remote::{Called, Remote, RemoteError, RemoteSession, Verdict, VerifyError};

/// The SDK that this is built on.
pub use restate_sdk;
