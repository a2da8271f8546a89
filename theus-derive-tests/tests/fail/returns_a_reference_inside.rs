use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    names: Vec<String>,
}

#[process(inputs = [domain.names])]
fn first(ctx: Ctx<Bank>) -> Option<&String> {
    ctx.domain.names.first()
}

fn main() {}
