//! The end of a day and the beginning of the next.

use theus_core::prelude::*;

use super::{Desk, OutOfRange};
use crate::context::total;

/// Counts all the money anew, whatever the postings say, and compares it with what the bank was opened with.
#[process(
    inputs = [domain.accounts, domain.books.opening],
    outputs = [domain.books.counted, domain.books.difference],
    errors = [OutOfRange],
)]
pub(crate) fn reconcile(ctx: Desk) -> Result<(), OutOfRange> {
    let counted = total(&ctx.domain.accounts).ok_or(OutOfRange)?;
    ctx.domain.books.counted.set(counted);
    ctx.domain.books.difference.set(counted.minus(*ctx.domain.books.opening).ok_or(OutOfRange)?);
    Ok(())
}

/// Begins the next day.
#[process(inputs = [domain.day], outputs = [domain.day, domain.watch.frozen_today])]
pub(crate) fn open_day(ctx: Desk) {
    *ctx.domain.day = ctx.domain.day.saturating_add(1);
    ctx.domain.watch.frozen_today.set(0);
}
