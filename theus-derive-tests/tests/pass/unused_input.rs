use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

struct Ports {
    clock: fn() -> i64,
    log: fn(i64),
}

#[process(inputs = [domain.total, domain.limit])]
fn show(ctx: Ctx<Bank, (), Ports>) -> i64 {
    let domain = &ctx.domain;
    *domain.total + *domain.limit
}

/// For a process that comes later in the workflow.
#[allow(deprecated)]
#[process(inputs = [domain.total])]
fn meant(ctx: Ctx<Bank>) {}

fn main() {}
