use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

#[derive(Clone, Default, Context)]
struct Limits {
    most: i64,
}

struct Ports {
    log: fn(&str),
}

#[process(inputs = [domain.total, global.most], effects = [log])]
fn show(ctx: Ctx<Bank, Limits, Ports>) -> bool {
    (ctx.effects.log)("shown");
    *ctx.domain.total < *ctx.global.most
}

fn main() {
    let builder = Engine::builder(Bank::default()).global(Limits::default()).effects(Ports { log: |_| {} });
    let _ = builder.process::<Show>().build();
}
