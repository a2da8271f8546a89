use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(outputs = [domain.total])]
fn fill<T: Default + Into<i64>>(ctx: Ctx<Bank>, to: T) {
    ctx.domain.total.set(to.into());
}

fn main() {}
