use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(outputs = [domain.total])]
fn measure(ctx: Ctx<Bank>, names: Vec<&'static str>) {
    ctx.domain.total.set(names.len() as i64);
}

fn main() {}
