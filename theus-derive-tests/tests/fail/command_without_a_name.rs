use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    names: Vec<String>,
}

#[process(inputs = [domain.total])]
fn self_(ctx: Ctx<Bank>) -> i64 {
    *ctx.domain.total
}

fn main() {}
