use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

#[derive(Debug, thiserror::Error)]
#[error("not enough")]
struct NotEnough;

#[derive(Debug, thiserror::Error)]
#[error("no such account")]
struct UnknownAccount;

#[process(inputs = [domain.total], errors = [NotEnough])]
fn show(ctx: Ctx<Bank>) -> Result<i64, NotEnough> {
    Ok(*ctx.domain.total)
}

fn main() {}
