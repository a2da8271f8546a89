use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

use std::panic::take_hook;

#[process(inputs = [domain.total], outputs = [domain.total])]
fn guess(ctx: Ctx<Bank>) {
    *ctx.domain.total += 1;
    let _ = take_hook();
}

fn main() {}
