//! Orders: what they are, what may happen to them, and how they are served.
#![forbid(unsafe_code)]

use std::error::Error;
use std::sync::Arc;

use theus_axum::Options;
use theus_core::prelude::*;
use theus_core::store::Store;
use theus_core::workflow::Sessions;

/// An order: one session each.
#[derive(Clone, Debug, Default, Context)]
pub struct Order {
    /// What was ordered.
    pub items: Vec<String>,
    /// What it costs.
    pub total: i64,
    /// What was paid.
    pub paid: i64,
}

/// More than a card has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is more than the card has")]
pub struct Declined(pub i64);

/// Puts something into the order.
#[process(updates = [domain.items, domain.total])]
pub fn add(ctx: Ctx<Order>, item: String, price: i64) {
    ctx.domain.items.push(item);
    *ctx.domain.total += price;
}

/// Pays for it.
#[process(inputs = [domain.total], outputs = [domain.paid], errors = [Declined])]
pub fn pay(ctx: Ctx<Order>) -> Result<(), Declined> {
    if *ctx.domain.total > 1_000 {
        return Err(Declined(*ctx.domain.total));
    }
    ctx.domain.paid.set(*ctx.domain.total);
    Ok(())
}

theus_core::files! { // checked while the program is compiled
    pub mod desk;
    domain = Order, processes = [Add, Pay], recipes = ["files/audit.yaml"], workflows = ["files/order.yaml"],
}

/// Many orders, driven side by side.
pub type Orders = Arc<Sessions<Order>>;

/// The sessions of a store, and the routes to them.
///
/// # Errors
/// Where the store cannot be read.
pub fn app(store: impl Store) -> Result<(axum::Router, Orders), Box<dyn Error>> {
    let engine = desk::builder(Order::default())
        .store(store)
        .session_in_memory()
        .build()?;
    // By tasks of tokio, so that what an effect asks of it (timers, sockets) is there.
    let orders = Arc::new(Sessions::of_checked(&engine, desk::ORDER)?.on_tokio(2).start()?);
    // `open` lets clients begin orders; `.command::<Add>()` would let them call a process beside the workflow.
    let options = Options::new().open(|_| Order::default());
    let routes = theus_axum::routes(Arc::clone(&orders), options)?;
    Ok((axum::Router::new().merge(routes), orders))
}

// Next: change the fields of `Order`, its processes and the two files; put authentication around the router as a layer of axum or
// tower; what calls the world outside (a bank, mail) is an effect, and what must be told after a commit a message of the outbox.
