use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    names: Vec<String>,
}

#[process(outputs = [domain.total])]
fn add<T: Into<i64>>(ctx: Ctx<Bank>, all: Vec<T>) {
    ctx.domain.total.set(all.into_iter().map(Into::into).sum());
}

fn main() {}
