use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[derive(Debug)]
struct NotEnough;

#[process(inputs = [domain.total], errors = [NotEnough])]
fn check(ctx: Ctx<Bank>) -> Result<(), NotEnough> {
    if *ctx.domain.total < 0 { Err(NotEnough) } else { Ok(()) }
}

fn main() {}
