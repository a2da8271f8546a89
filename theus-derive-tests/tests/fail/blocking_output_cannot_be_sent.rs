use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

#[process(inputs = [domain.total], blocking)]
fn count(ctx: Ctx<Bank>) -> std::rc::Rc<i64> {
    std::rc::Rc::new(*ctx.domain.total)
}

fn main() {}
