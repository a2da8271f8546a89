use theus_core::prelude::*;

#[derive(Inspect)]
struct Tensor {
    #[inspect(methods(len -> usize))]
    values: Vec<f64>,
}

fn main() {}
