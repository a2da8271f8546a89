use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

#[process(outputs = [domain.total])]
fn count(ctx: Ctx<Bank>) {
    static NAMES: [&str; 2] = ["a", "b"];
    ctx.domain.total.set(NAMES.len() as i64);
}

fn main() {}
