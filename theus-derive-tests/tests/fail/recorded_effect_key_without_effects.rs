use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    key: String,
}

#[process(outputs = [domain.key])]
fn remember(ctx: Ctx<Bank>) {
    let key = ctx.effects.key();
    ctx.domain.key.set(key.to_string());
}

fn main() {}
