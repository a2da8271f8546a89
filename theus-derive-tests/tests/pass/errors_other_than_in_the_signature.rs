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

#[process(inputs = [domain.total], errors = [UnknownAccount])]
fn check(ctx: Ctx<Bank>) -> Result<(), UnknownAccount> {
    if *ctx.domain.total < 0 { Err(UnknownAccount) } else { Ok(()) }
}

fn main() {}
