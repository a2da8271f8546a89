use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

impl Bank {
    const LEAST: i64 = 1;
}

mod desk {
    use super::{Bank, Context, Ctx, process};

    #[derive(Clone, Default, Context)]
    struct Other {}

    #[process(inputs = [domain.total])]
    fn show(ctx: Ctx<Bank>) -> i64 {
        *ctx.domain.total - Bank::LEAST
    }
}

fn main() {}
