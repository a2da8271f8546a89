use theus_core::prelude::*;

#[derive(Clone, Serialize, Context)]
struct Motor {
    #[inspect(with = theus_core::context::ViaSerde<f64>)]
    speed: f64,
}

#[derive(Clone, Context)]
struct Machine {
    #[context(nested)]
    motor: Motor,
}

fn main() {}
