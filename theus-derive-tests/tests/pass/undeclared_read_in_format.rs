use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(inputs = [domain.total, domain.limit])]
fn show(ctx: Ctx<Bank>) -> String {
    format!("{} of {}", *ctx.domain.total, *ctx.domain.limit)
}

fn main() {}
