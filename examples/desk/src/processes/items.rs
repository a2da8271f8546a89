//! Items come and go.

use theus_core::prelude::*;

use crate::context::{App, Item};

/// The desk does not sell that.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not sold here")]
pub(crate) struct UnknownProduct(String);

/// Adds pieces of a product, at today's price.
#[process(inputs = [global.prices], updates = [domain.items], outputs = [domain.total], errors = [UnknownProduct])]
pub(crate) fn add_item(ctx: App, product: String, count: u32) -> Result<(), UnknownProduct> {
    let Some(price) = ctx.global.prices.get(&product).copied() else { return Err(UnknownProduct(product)) };
    match ctx.domain.items.iter().position(|item| item.product == product) {
        Some(at) => {
            let item = &mut ctx.domain.items[at];
            (item.count, item.price) = (item.count.saturating_add(count), price);
        }
        None => ctx.domain.items.push(Item { product, count, price }),
    }
    ctx.domain.total.set(total(&ctx.domain.items));
    Ok(())
}

/// Takes a product out again.
#[process(updates = [domain.items], outputs = [domain.total])]
pub(crate) fn remove_item(ctx: App, product: String) {
    ctx.domain.items.retain(|item| item.product != product);
    ctx.domain.total.set(total(&ctx.domain.items));
}

fn total(items: &[Item]) -> i64 {
    items.iter().fold(0, |sum: i64, item| sum.saturating_add(item.price.saturating_mul(item.count.into())))
}
