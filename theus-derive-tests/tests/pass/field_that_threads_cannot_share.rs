use std::sync::Arc;

use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    names: Arc<Vec<String>>,
}

#[process(inputs = [domain.names], outputs = [domain.total])]
fn count(ctx: Ctx<Bank>) {
    let count = ctx.domain.names.len() as i64;
    ctx.domain.total.set(count);
}

fn main() {
    let engine = Engine::builder(Bank::default()).process::<Count>().build().unwrap();
    engine.run(Count {}).unwrap();
    println!("{:?}", engine.snapshot());
}
