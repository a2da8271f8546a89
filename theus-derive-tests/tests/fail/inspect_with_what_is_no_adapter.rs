use theus_core::prelude::*;

struct AsNumber;

struct Celsius(f64);

#[derive(Inspect)]
struct Oven {
    #[inspect(with = AsNumber)]
    heat: Celsius,
}

fn main() {}
