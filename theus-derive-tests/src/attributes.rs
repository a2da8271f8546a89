//! Attributes and documentation of the user's own are kept, each where it belongs.

use theus_core::prelude::*;

use crate::contexts::Bank;

/// The first line.
///
/// More of it, with `code`.
#[process(inputs = [domain.total])]
#[must_use]
#[inline]
#[allow(clippy::needless_return)]
pub fn documented(ctx: Ctx<Bank>) -> i64 {
    return *ctx.domain.total;
}

/// An expectation on the body is met by the body.
#[process(inputs = [domain.total])]
#[expect(clippy::cast_precision_loss, reason = "good enough for a chart")]
pub fn charted(ctx: Ctx<Bank>) -> f64 {
    *ctx.domain.total as f64
}

/// The command derives what the user asks for.
#[process(outputs = [domain.total])]
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub fn comparable(ctx: Ctx<Bank>, to: i64) {
    ctx.domain.total.set(to);
}

/// What is left out by `cfg` leaves nothing behind.
#[process(outputs = [domain.total])]
#[cfg(any())]
pub fn absent(ctx: Ctx<Bank>, to: Missing) {
    ctx.domain.total.set(to);
}

/// A field that is left out as well.
#[derive(Clone, Default, Context)]
pub struct Partial {
    /// Kept.
    pub kept: i64,
    /// Left out.
    #[cfg(any())]
    pub absent: Missing,
}

/// Beside it.
#[process(outputs = [domain.kept])]
#[cfg(not(any()))]
pub fn keep(ctx: Ctx<Partial>) {
    ctx.domain.kept.set(1);
}
