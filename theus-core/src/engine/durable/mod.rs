//! How an engine keeps its sessions in a store.

mod fields;
mod session;
mod shared;

pub(crate) use session::Found;
pub(super) use session::{DurableSession, nanos, stored};
pub(super) use shared::{DurableEngine, FieldFns, Handle, data_outputs};
