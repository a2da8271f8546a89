use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

#[derive(Debug, thiserror::Error)]
#[error("not enough")]
struct NotEnough;

#[process(inputs = [domain.total], error = [NotEnough])]
fn show(ctx: Ctx<Bank>) -> Result<i64, NotEnough> {
    if *ctx.domain.total < 0 { Err(NotEnough) } else { Ok(1) }
}

fn main() {}
