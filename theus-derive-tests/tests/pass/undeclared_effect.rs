use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

struct Ports {
    clock: fn() -> i64,
    log: fn(&str),
}

#[process(outputs = [domain.total], effects = [clock, log])]
fn stamp(ctx: Ctx<Bank, (), Ports>) {
    let now = (ctx.effects.clock)();
    (ctx.effects.log)("stamped");
    ctx.domain.total.set(now);
}

fn main() {}
