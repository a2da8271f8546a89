use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(outputs = [domain.total])]
fn guess(ctx: Ctx<Bank>) {
    ctx.domain.total.set(std::env::var("LIMIT").map_or(0, |text| text.len() as i64));
}

fn main() {}
