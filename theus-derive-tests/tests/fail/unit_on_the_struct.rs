use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
#[context(unit = "degF")]
struct Oven {
    chamber: f64,
}

fn main() {}
