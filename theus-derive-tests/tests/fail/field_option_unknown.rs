use theus_core::prelude::*;

#[derive(Clone, Context)]
struct Bank {
    #[context(nestd)]
    total: i64,
}

fn main() {}
