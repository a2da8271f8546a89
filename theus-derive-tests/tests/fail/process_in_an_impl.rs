use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

impl Bank {
    #[process(inputs = [domain.total])]
    fn show(ctx: Ctx<Bank>) -> i64 {
        *ctx.domain.total
    }
}

fn main() {}
