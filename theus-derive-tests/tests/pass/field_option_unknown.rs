use theus_core::prelude::*;

#[derive(Clone, Context)]
struct Bank {
    total: i64,
}

fn main() {}
