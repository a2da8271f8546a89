//! How an engine keeps its sessions in a store.

mod fields;
mod session;
mod shared;

pub(crate) use session::Found;
pub(super) use session::{DurableSession, Riding, nanos, next_number, stored};
pub(super) use shared::{Bell, DurableEngine, FieldFns, Handle, data_outputs};
