use theus_core::prelude::*;

#[derive(Clone, Context)]
#[context(version = 4294967295)]
struct Bank {
    total: i64,
}

fn main() {}
