use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Till {
    total: i64,
}

struct Receipt {
    total: i64,
}

#[process(inputs = [domain.total], messages = [Receipt])]
fn tell(ctx: Ctx<Till>) {
    ctx.send(Receipt { total: *ctx.domain.total });
}

fn main() {}
