use theus_core::prelude::*;

#[derive(Clone, Context)]
struct Bank {
    ledger: std::borrow::Cow<'_, str>,
}

fn main() {}
