use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    names: Vec<String>,
}

#[process(inputs = [domain.total])]
fn fail(ctx: Ctx<Bank>) -> ! {
    panic!("{}", *ctx.domain.total)
}

fn main() {}
