use theus_core::prelude::*;

#[derive(Clone, Default, Inspect)]
struct Probe(#[inspect(unit = "degF", unit = "degF")] f64);

fn main() {}
