use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

fn half(total: &i64) -> i64 {
    *total / 2
}

fn double(total: &mut i64) {
    *total *= 2;
}

#[process(inputs = [domain.total], outputs = [domain.total])]
fn show(ctx: Ctx<Bank>) -> i64 {
    double(&mut ctx.domain.total);
    half(&ctx.domain.total)
}

fn main() {}
