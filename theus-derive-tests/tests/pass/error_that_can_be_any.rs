use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

#[derive(Debug, thiserror::Error)]
#[error("not enough")]
struct NotEnough;

#[process(inputs = [domain.total], errors = [NotEnough, std::num::ParseIntError])]
fn show(ctx: Ctx<Bank>, text: String) -> Result<i64, ShowError> {
    let number: i64 = text.parse()?;
    if *ctx.domain.total < number {
        Err(NotEnough)?;
    }
    Ok(*ctx.domain.total)
}

fn main() {}
