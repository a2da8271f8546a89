use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    names: Vec<String>,
}

#[process(outputs = [domain.total])]
fn add(ctx: Ctx<Bank>, all: Vec<impl Into<i64>>) {
    ctx.domain.total.set(all.into_iter().map(Into::into).sum());
}

fn main() {}
