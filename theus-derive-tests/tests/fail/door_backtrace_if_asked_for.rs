use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

use std::backtrace::Backtrace as Trail;

#[process(inputs = [domain.total], outputs = [domain.total])]
fn guess(ctx: Ctx<Bank>) {
    *ctx.domain.total += 1;
    let _ = Trail::capture();
}

fn main() {}
