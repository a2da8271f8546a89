use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    names: Vec<String>,
}

#[process(outputs = [domain.names])]
fn name(ctx: Ctx<Bank>, first: std::rc::Rc<String>) {
    ctx.domain.names.set(vec![first.to_string()]);
}

fn main() {}
