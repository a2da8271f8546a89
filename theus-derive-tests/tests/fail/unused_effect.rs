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

#[process(effects = [clock, log])]
fn show(ctx: Ctx<Bank, (), Ports>) {
    (ctx.effects.log)(1);
}

fn main() {}
