use theus_core::prelude::*;

#[derive(Serialize)]
struct Celsius(f64);

#[derive(Inspect)]
#[inspect(with = theus_core::context::ViaSerde<f64>)]
struct Oven {
    heat: Celsius,
}

fn main() {}
