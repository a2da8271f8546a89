use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    seen: Vec<u64>,
}

fn main() {}
