use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

#[process(outputs = [domain.total])]
fn count(ctx: Ctx<Bank>) {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ctx.domain.total.set(i64::from(ONCE.is_completed()));
}

fn main() {}
