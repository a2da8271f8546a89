use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Till {
    #[context(redact, redact)]
    card: String,
}

fn main() {}
