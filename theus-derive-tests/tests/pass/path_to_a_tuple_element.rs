use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Pair {
    both: (i64, i64),
}

#[process(inputs = [domain.both])]
fn first(ctx: Ctx<Pair>) -> i64 {
    ctx.domain.both.0
}

fn main() {}
