use theus_core::prelude::*;

#[derive(Clone, Context)]
struct Pair {
    left: i64,
    right: i64,
}

fn main() {}
