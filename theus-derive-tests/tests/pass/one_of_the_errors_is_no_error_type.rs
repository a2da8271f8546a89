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

#[derive(Debug, thiserror::Error)]
#[error("closed")]
struct Closed;

#[process(inputs = [domain.total], errors = [NotEnough, Closed])]
fn check(ctx: Ctx<Bank>) -> Result<(), CheckError> {
    if *ctx.domain.total < 0 {
        Err(NotEnough)?
    }
    Err(Closed)?
}

fn main() {}
