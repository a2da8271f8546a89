use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    names: Vec<String>,
}

#[process(inputs = [domain.total], command = Itself)]
fn self_(ctx: Ctx<Bank>) -> i64 {
    *ctx.domain.total
}

fn call() -> Itself {
    Itself {}
}

fn main() {}
