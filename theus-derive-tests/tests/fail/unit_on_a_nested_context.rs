use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Probe {
    value: f64,
}

#[derive(Clone, Default, Context)]
struct Oven {
    #[context(nested, unit = "degF")]
    probe: Probe,
}

fn main() {}
