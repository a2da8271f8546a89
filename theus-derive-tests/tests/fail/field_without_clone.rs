use theus_core::prelude::*;

struct Ledger(Vec<i64>);

#[derive(Context)]
struct Bank {
    ledger: Ledger,
}

fn main() {}
