use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    names: Vec<String>,
}

#[process(inputs = [domain.total])]
fn show(ctx: Ctx<Bank>) -> i64 {
    fn inner(ctx: &Bank) -> i64 {
        ctx.total
    }
    inner(&Bank::default()) + *ctx.domain.total
}

fn main() {}
