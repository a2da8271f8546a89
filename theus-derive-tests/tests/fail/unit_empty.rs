use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Oven {
    #[context(unit = " ")]
    chamber: f64,
}

fn main() {}
