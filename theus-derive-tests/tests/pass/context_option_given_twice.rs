use theus_core::prelude::*;

#[derive(Clone, Context)]
#[context(version = 2)]
struct Bank {
    total: i64,
}

fn main() {}
