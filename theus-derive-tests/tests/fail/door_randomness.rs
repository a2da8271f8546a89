use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

mod rand {
    pub(super) fn random() -> i64 {
        4
    }
}

#[process(outputs = [domain.total])]
fn guess(ctx: Ctx<Bank>) {
    ctx.domain.total.set(rand::random());
}

fn main() {}
