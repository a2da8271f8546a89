use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

use std::time::Instant;

#[process(inputs = [domain.total], outputs = [domain.total])]
fn guess(ctx: Ctx<Bank>) {
    *ctx.domain.total += 1;
    const NOW: fn() -> Instant = Instant::now;
    let _ = NOW();
}

fn main() {}
