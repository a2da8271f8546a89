use std::cell::Cell;
use std::rc::Rc;

use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

struct Ports {
    clock: Rc<Cell<i64>>,
}

#[process(outputs = [domain.total], effects = [clock])]
fn stamp(ctx: Ctx<Bank, (), Ports>) {
    ctx.domain.total.set(ctx.effects.clock.get());
}

fn main() {}
