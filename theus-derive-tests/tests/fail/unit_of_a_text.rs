use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Oven {
    #[context(unit = "degF")]
    chamber: String,
}

fn main() {}
