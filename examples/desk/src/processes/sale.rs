//! What is held, sold and sent.

use theus_core::prelude::*;

use crate::context::App;
use crate::stock::{OutOfStock, ReserveError as Refusal, StockUnknown, shelf};

/// Says until when it is to be paid.
#[process(inputs = [global.pay_within], outputs = [domain.pay_by], effects = [clock])]
pub(crate) fn check_out(ctx: App) {
    let now = ctx.effects.clock.now();
    ctx.domain.pay_by.set(now.checked_add(*ctx.global.pay_within));
}

/// Holds pieces of a product for this order.
#[process(inputs = [domain.tenant], updates = [domain.reserved], effects = [stock], errors = [OutOfStock, StockUnknown], blocking)]
pub(crate) fn reserve(ctx: App, product: String, count: u32) -> Result<(), ReserveError> {
    let key = ctx.effects.key();
    match ctx.effects.stock.reserve(key.as_str(), &shelf(&ctx.domain.tenant, &product), count) {
        Ok(()) => {}
        Err(Refusal::OutOfStock(none)) => return Err(none.into()),
        Err(Refusal::Unknown(unknown)) => return Err(unknown.into()),
    }
    *ctx.domain.reserved = ctx.domain.reserved.saturating_add(count);
    Ok(())
}

/// Puts them back. The compensation of [`reserve`].
#[process(inputs = [domain.tenant], updates = [domain.reserved], effects = [stock], errors = [StockUnknown], blocking)]
pub(crate) fn release(ctx: App, product: String, count: u32) -> Result<(), StockUnknown> {
    let key = ctx.effects.key();
    ctx.effects.stock.release(key.as_str(), &shelf(&ctx.domain.tenant, &product), count)?;
    *ctx.domain.reserved = ctx.domain.reserved.saturating_sub(count);
    Ok(())
}

/// It is sold: the recipe says whether it may be.
#[process(outputs = [domain.confirmed])]
pub(crate) fn confirm(ctx: App) {
    ctx.domain.confirmed.set(true);
}

/// It has gone out.
#[process(outputs = [domain.parcel])]
pub(crate) fn ship(ctx: App, parcel: String) {
    ctx.domain.parcel.set(parcel);
}
