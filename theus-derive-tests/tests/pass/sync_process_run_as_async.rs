use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(outputs = [domain.total])]
fn clear(ctx: Ctx<Bank>) {
    ctx.domain.total.set(0);
}

fn run(engine: &Engine<Bank>) {
    let _run = engine.run_async(Clear {});
}

fn main() {}
