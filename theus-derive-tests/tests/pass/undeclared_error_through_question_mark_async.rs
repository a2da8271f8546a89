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

fn look_up() -> Result<i64, Closed> {
    Err(Closed)
}

#[process(outputs = [domain.total], errors = [NotEnough, UnknownAccount, Closed])]
async fn withdraw(ctx: Ctx<Bank>) -> Result<(), WithdrawError> {
    let found = look_up()?;
    ctx.domain.total.set(found);
    Ok(())
}

fn main() {}
