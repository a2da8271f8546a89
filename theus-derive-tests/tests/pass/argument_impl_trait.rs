use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(outputs = [domain.total])]
fn measure<T: Into<i64>>(ctx: Ctx<Bank>, name: T) {
    ctx.domain.total.set(name.into());
}

fn main() {}
