use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(outputs = [domain.total], inputs = [domain.total])]
fn count(ctx: Ctx<Bank>) {
    static STEP: i64 = 1;
    *ctx.domain.total += STEP;
}

fn main() {}
