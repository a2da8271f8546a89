use theus_core::prelude::*;

struct Ledger(Vec<i64>);

#[derive(Context)]
struct Bank {
    ledger: Ledger,
}

#[process(inputs = [domain.ledger])]
fn total(ctx: Ctx<Bank>) -> i64 {
    ctx.domain.ledger.0.iter().sum()
}

fn main() {}
