use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

struct Ports {
    clock: std::rc::Rc<i64>,
}

#[process(outputs = [domain.total], effects = [clock])]
fn stamp(ctx: Ctx<Bank, (), Ports>) {
    ctx.domain.total.set(**ctx.effects.clock);
}

fn main() {}
