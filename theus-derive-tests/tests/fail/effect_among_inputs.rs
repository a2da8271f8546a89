use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

struct Ports {
    clock: fn() -> i64,
    log: fn(&str),
}

#[process(inputs = [effects.clock], outputs = [domain.total])]
fn stamp(ctx: Ctx<Bank, (), Ports>) {
    ctx.domain.total.set((ctx.effects.clock)());
}

fn main() {}
