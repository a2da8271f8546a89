//! The payment server: the way to it, and one that fails.

mod client;
mod server;

use theus_core::prelude::*;

pub(crate) use client::PaymentClient;
pub(crate) use server::{Flaws, serve};

/// The bank says no.
#[derive(Debug, Serialize, Deserialize, thiserror::Error)]
#[error("the card is declined")]
pub(crate) struct Declined;

/// The server has not said what it has done: money may have moved, or not.
#[derive(Debug, Serialize, Deserialize, thiserror::Error)]
#[error("the payment server does not answer")]
pub(crate) struct PaymentUnknown;

/// Why nothing is paid, as far as is known.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum PayError {
    Declined(Declined),
    Unknown(PaymentUnknown),
}

/// The way to the payment server. What comes twice with one key is done once.
#[theus_core::effect]
pub(crate) trait Payments {
    /// Takes so many cents from a card; the number of the receipt.
    fn pay(&self, key: &str, amount: i64, card: &str) -> Result<String, PayError>;
    /// Gives back all that was taken for a receipt.
    fn refund(&self, key: &str, receipt: &str) -> Result<(), PaymentUnknown>;
}
