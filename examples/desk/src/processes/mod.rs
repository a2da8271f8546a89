//! What may happen to an order: each a transaction, whose contract the compiler checks.

mod items;
mod payment;
mod sale;

pub(crate) use items::{AddItem, RemoveItem};
pub(crate) use payment::{Pay, Refund, Settle};
pub(crate) use sale::{CheckOut, Confirm, Release, Reserve, Ship};
