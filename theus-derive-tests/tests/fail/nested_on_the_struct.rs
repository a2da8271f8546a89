use theus_core::prelude::*;

#[derive(Clone, Context)]
#[context(nested)]
struct Bank {
    total: i64,
}

fn main() {}
