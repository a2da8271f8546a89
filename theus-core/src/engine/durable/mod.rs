//! How an engine keeps its sessions in a store.

mod bell;
mod carriage;
mod code;
mod fields;
mod lease;
mod migrate;
mod session;
mod shared;

pub(super) use crate::timestamp::nanos;
pub(super) use carriage::{Carriage, Log};
pub use carriage::{Gathered, RunId};
pub(super) use code::code_print;
pub(super) use lease::Leasing;
pub(super) use migrate::{Migration, Migrations};
pub(crate) use session::Found;
pub(super) use session::{DurableSession, Riding, asked_event, next_number, stored};
pub(super) use shared::{DurableEngine, FieldFns, Handle, data_outputs};
