use theus_core::prelude::*;

#[derive(Clone, Default, Inspect)]
struct Probe {
    #[inspect(unit = "degF")]
    label: Option<String>,
}

fn main() {}
