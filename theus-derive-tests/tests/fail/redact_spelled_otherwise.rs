use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Till {
    #[context(redacted)]
    card: String,
}

fn main() {}
