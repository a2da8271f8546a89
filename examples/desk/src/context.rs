//! An order (domain), what the desk sells and how (global), and its doors to the outside (effects).

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use theus_core::effect::{Clock, Effect, SystemClock};
use theus_core::prelude::*;

use crate::payments::{PayError, PaymentUnknown, Payments};
use crate::stock::{ReserveError, Stock, StockUnknown};

/// What every process of the desk names.
pub(crate) type App = Ctx<Order, Shop, Ports>;

/// One order: a session. Changed by committed transactions only. Money is in cents.
#[derive(Clone, Debug, Default, Context)]
#[context(version = 1)]
pub(crate) struct Order {
    /// Whose desk it is at.
    pub(crate) tenant: String,
    /// What is ordered.
    pub(crate) items: Vec<Item>,
    /// What it comes to.
    pub(crate) total: i64,
    /// How many pieces are held for it.
    pub(crate) reserved: u32,
    /// Until when it is to be paid, once it is checked out.
    pub(crate) pay_by: Option<SystemTime>,
    /// What was paid.
    pub(crate) paid: i64,
    /// The payment server's number for that.
    pub(crate) receipt: String,
    /// What of it was given back.
    pub(crate) refunded: i64,
    /// Whether it is sold.
    pub(crate) confirmed: bool,
    /// The number of the parcel it has gone out in.
    pub(crate) parcel: String,
}

/// So many pieces of a product, at the price that it had when it was ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Inspect)]
pub(crate) struct Item {
    pub(crate) product: String,
    pub(crate) count: u32,
    /// Of one piece, in cents.
    pub(crate) price: i64,
}

/// What the desk sells. Read-only for as long as the program runs.
#[derive(Clone, Debug, Context)]
pub(crate) struct Shop {
    /// Of one piece, in cents.
    pub(crate) prices: BTreeMap<String, i64>,
    /// How long an order is held for who has checked it out.
    pub(crate) pay_within: Duration,
}

impl Shop {
    pub(crate) fn new(pay_within: Duration) -> Self {
        let prices = [("apple", 40), ("pear", 60), ("ladder", 8_900), ("piano", 750_000)];
        Self { prices: prices.map(|(product, price)| (product.to_owned(), price)).into(), pay_within }
    }
}

/// The doors to the world outside. What comes through them is in the journal.
#[derive(Clone)]
pub(crate) struct Ports {
    pub(crate) clock: Effect<dyn Clock>,
    pub(crate) payments: Effect<dyn Payments>,
    pub(crate) stock: Effect<dyn Stock>,
}

impl Ports {
    /// Nobody is there: for checking files, where nobody is asked.
    pub(crate) fn closed() -> Self {
        Self { clock: Effect::new(SystemClock), payments: Effect::new(Closed), stock: Effect::new(Closed) }
    }
}

struct Closed;

impl Payments for Closed {
    fn pay(&self, _: &str, _: i64, _: &str) -> Result<String, PayError> {
        Err(PayError::Unknown(PaymentUnknown))
    }

    fn refund(&self, _: &str, _: &str) -> Result<(), PaymentUnknown> {
        Err(PaymentUnknown)
    }
}

impl Stock for Closed {
    fn reserve(&self, _: &str, _: &str, _: u32) -> Result<(), ReserveError> {
        Err(ReserveError::Unknown(StockUnknown))
    }

    fn release(&self, _: &str, _: &str, _: u32) -> Result<(), StockUnknown> {
        Err(StockUnknown)
    }
}
