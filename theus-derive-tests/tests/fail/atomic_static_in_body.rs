use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

use std::sync::atomic::{AtomicI64, Ordering};

#[process(outputs = [domain.total])]
fn count(ctx: Ctx<Bank>) {
    static CALLS: AtomicI64 = AtomicI64::new(0);
    ctx.domain.total.set(CALLS.fetch_add(1, Ordering::Relaxed));
}

fn main() {}
