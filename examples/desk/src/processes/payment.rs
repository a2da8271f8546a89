//! Money. The server that moves it fails in every way; what it is asked has the key of the call, so that it does it once.

use theus_core::prelude::*;

use crate::context::App;
use crate::payments::{Declined, PayError as Refusal, PaymentUnknown};

/// Takes the money. Asked again after [`PaymentUnknown`], and after a crash, it has the same key.
#[process(outputs = [domain.paid, domain.receipt], effects = [payments], errors = [Declined, PaymentUnknown], blocking)]
pub(crate) fn pay(ctx: App, amount: i64, #[redact] card: String) -> Result<(), PayError> {
    let key = ctx.effects.key();
    let receipt = match ctx.effects.payments.pay(key.as_str(), amount, &card) {
        Ok(receipt) => receipt,
        Err(Refusal::Declined(declined)) => return Err(declined.into()),
        Err(Refusal::Unknown(unknown)) => return Err(unknown.into()),
    };
    ctx.domain.paid.set(amount);
    ctx.domain.receipt.set(receipt);
    Ok(())
}

/// Gives back what was paid. The compensation of [`pay`] and [`settle`].
#[process(inputs = [domain.paid, domain.receipt], outputs = [domain.refunded], effects = [payments], errors = [PaymentUnknown], blocking)]
pub(crate) fn refund(ctx: App) -> Result<(), PaymentUnknown> {
    let key = ctx.effects.key();
    ctx.effects.payments.refund(key.as_str(), &ctx.domain.receipt)?;
    ctx.domain.refunded.set(*ctx.domain.paid);
    Ok(())
}

/// Notes what a clerk has found in the books of the payment server.
#[process(inputs = [domain.total], outputs = [domain.paid, domain.receipt])]
pub(crate) fn settle(ctx: App, receipt: String) {
    ctx.domain.paid.set(*ctx.domain.total);
    ctx.domain.receipt.set(receipt);
}
