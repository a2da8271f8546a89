use theus_core::prelude::*;

#[derive(Clone, Context)]
#[context(versoin = 2)]
struct Bank {
    total: i64,
}

fn main() {}
