//! Processes on a context of another crate.

use domain::{Item, Shop};
use theus_core::prelude::*;

/// Sells one item.
#[process(inputs = [domain.stock, domain.earned], outputs = [domain.stock, domain.earned])]
pub fn sell(ctx: Ctx<Shop<Item>>, at_most: domain::Cents) -> bool {
    match ctx.domain.stock.pop() {
        Some(item) => {
            *ctx.domain.earned += item.price.min(at_most);
            true
        }
        None => false,
    }
}

/// Private to this crate: a name of its own in the same namespaces.
#[process(outputs = [domain.earned])]
fn toggle(ctx: Ctx<Shop<Item>>) {
    ctx.domain.earned.set(0);
}

/// Whether the private one is known by its own name.
#[must_use]
pub const fn private_process() -> &'static str {
    <Toggle as Process>::CONTRACT.process
}
