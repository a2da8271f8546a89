use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

use std::time::Instant;

#[process(outputs = [domain.total])]
fn guess(ctx: Ctx<Bank>) {
    let _ = Instant::now();
    ctx.domain.total.set(1);
}

fn main() {}
