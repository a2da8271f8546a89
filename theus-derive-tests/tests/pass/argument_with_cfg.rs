use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    names: Vec<String>,
}

#[cfg(unix)]
#[process(outputs = [domain.total])]
fn add(
    ctx: Ctx<Bank>,
    /** What is added. */
    by: i64,
) {
    ctx.domain.total.set(by);
}

#[cfg(not(unix))]
#[process(outputs = [domain.total])]
fn add(ctx: Ctx<Bank>) {
    ctx.domain.total.set(0);
}

fn main() {}
