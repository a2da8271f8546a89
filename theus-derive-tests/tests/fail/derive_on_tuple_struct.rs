use theus_core::prelude::*;

#[derive(Clone, Context)]
struct Pair(i64, i64);

fn main() {}
