use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Oven {
    #[context(units = "degF")]
    chamber: f64,
}

fn main() {}
