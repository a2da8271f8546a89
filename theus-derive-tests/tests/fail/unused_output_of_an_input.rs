// A warning, made an error to be seen here.
#![deny(deprecated)]
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

struct Ports {
    clock: fn() -> i64,
    log: fn(i64),
}

#[process(inputs = [domain.total], outputs = [domain.total])]
fn show(ctx: Ctx<Bank, (), Ports>) -> i64 {
    *ctx.domain.total
}

fn main() {}
