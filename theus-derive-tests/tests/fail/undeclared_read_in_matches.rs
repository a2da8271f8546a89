use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    names: Vec<String>,
}

#[process(inputs = [domain.names])]
fn is_small(ctx: Ctx<Bank>) -> bool {
    assert!(ctx.domain.names.is_empty());
    matches!(*ctx.domain.total, 0..10)
}

fn main() {}
