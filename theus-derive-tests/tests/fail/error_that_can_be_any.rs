use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

#[process(inputs = [domain.total])]
fn show(ctx: Ctx<Bank>) -> Result<i64, Box<dyn std::error::Error>> {
    Ok(*ctx.domain.total)
}

fn main() {}
