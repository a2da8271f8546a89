use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Oven {
    #[context(unit = "degF")]
    sig_hot: bool,
}

fn main() {}
