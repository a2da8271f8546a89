use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(outputs = [domain.total])]
fn measure(ctx: Ctx<Bank>, name: impl Into<i64>) {
    ctx.domain.total.set(name.into());
}

fn main() {}
