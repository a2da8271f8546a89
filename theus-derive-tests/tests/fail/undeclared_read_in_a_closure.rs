use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    names: Vec<String>,
}

#[process(inputs = [domain.total])]
fn count(ctx: Ctx<Bank>) -> usize {
    let count = || -> Option<usize> { ctx.domain.names.first().map(|name| name.len() + *ctx.domain.total as usize) };
    count().unwrap_or_default()
}

fn main() {}
