use theus_core::prelude::*;

#[derive(Clone, Default, Inspect)]
#[inspect(unit = "degF")]
struct Probe {
    value: f64,
}

fn main() {}
