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

fn look_up() -> Result<i64, UnknownAccount> {
    Err(UnknownAccount)
}

#[process(outputs = [domain.total], errors = [NotEnough])]
fn withdraw(ctx: Ctx<Bank>) -> Result<(), NotEnough> {
    let found = look_up()?;
    ctx.domain.total.set(found);
    Ok(())
}

fn main() {}
