//! What may happen to the bank: five processes, each with its contract.

mod day;
mod note;
mod review;
mod transfer;

pub(crate) use day::{OpenDay, Reconcile};
pub(crate) use note::NoteOrder;
pub(crate) use review::Review;
pub(crate) use transfer::{Slip, Transfer, TransferError};

use theus_core::prelude::*;
use thiserror::Error;

use crate::context::{Bank, Limits};

type Desk = Ctx<Bank, Limits>;

/// A sum that money cannot be.
#[derive(Debug, Error)]
#[error("the sum is beyond all the money that can be kept")]
pub(crate) struct OutOfRange;

#[cfg(test)]
mod tests;
