use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Oven {
    #[inspect(unit = "degF")]
    chamber: f64,
}

fn main() {}
