use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

fn thread_rng() -> i64 {
    4
}

#[process(outputs = [domain.total])]
fn guess(ctx: Ctx<Bank>) {
    ctx.domain.total.set(thread_rng());
}

fn main() {}
