use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

struct Ports {
    clock: Arc<AtomicI64>,
}

#[process(outputs = [domain.total], effects = [clock])]
fn stamp(ctx: Ctx<Bank, (), Ports>) {
    ctx.domain.total.set(ctx.effects.clock.load(Ordering::Relaxed));
}

fn main() {}
