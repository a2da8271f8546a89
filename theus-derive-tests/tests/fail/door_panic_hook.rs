use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

use std::panic;

#[process(inputs = [domain.total], outputs = [domain.total])]
fn guess(ctx: Ctx<Bank>) {
    *ctx.domain.total += 1;
    panic::set_hook(Box::new(|_| {}));
}

fn main() {}
