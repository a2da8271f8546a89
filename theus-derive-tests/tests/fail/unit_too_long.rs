use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Oven {
    #[context(unit = "degrees of Fahrenheit")]
    chamber: f64,
}

fn main() {}
