use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Oven {
    #[context(unit = "degF", unit = "degC")]
    chamber: f64,
}

fn main() {}
