use theus_core::prelude::*;

#[derive(Clone, Serialize, Context)]
struct Motor {
    speed: f64,
}

#[derive(Clone, Context)]
struct Machine {
    #[context(nested)]
    #[inspect(with = theus_core::context::ViaSerde<f64>)]
    motor: Motor,
}

fn main() {}
