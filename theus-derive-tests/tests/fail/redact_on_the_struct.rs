use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
#[context(redact)]
struct Till {
    card: String,
}

fn main() {}
