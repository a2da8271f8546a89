use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    epoch: u64,
}

#[process(outputs = [domain.epoch])]
fn remember(ctx: Ctx<Bank>) {
    let epoch = ctx.effects.epoch();
    ctx.domain.epoch.set(epoch);
}

fn main() {}
