use theus_core::prelude::*;

#[derive(Serialize)]
struct Celsius(f64);

#[derive(Inspect)]
struct Oven {
    #[inspect(with = theus_core::context::ViaSerde<f64>)]
    heat: Celsius,
}

fn main() {}
