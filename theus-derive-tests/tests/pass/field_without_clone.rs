use theus_core::prelude::*;

#[derive(Clone)]
struct Ledger(Vec<i64>);

#[derive(Context)]
struct Bank {
    ledger: Ledger,
}

fn main() {}
