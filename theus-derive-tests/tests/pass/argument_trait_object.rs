use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    names: Vec<String>,
}

struct Ports {
    by: Box<dyn Fn() -> i64 + Send + Sync>,
}

#[process(outputs = [domain.total], effects = [by])]
fn add(ctx: Ctx<Bank, (), Ports>) {
    let by = (ctx.effects.by)();
    ctx.domain.total.set(by);
}

fn main() {}
