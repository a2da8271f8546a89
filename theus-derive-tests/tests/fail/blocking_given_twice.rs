use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

#[process(blocking, outputs = [domain.total], blocking)]
fn count(ctx: Ctx<Bank>) {
    ctx.domain.total.set(1);
}

fn main() {}
