use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    names: Vec<String>,
}

#[process(outputs = [domain.total])]
fn add(ctx: Ctx<Bank>, #[cfg(unix)] by: i64) {
    ctx.domain.total.set(by);
}

fn main() {}
