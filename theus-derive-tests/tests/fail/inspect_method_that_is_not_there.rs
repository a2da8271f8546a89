use theus_core::prelude::*;

#[derive(Inspect)]
#[inspect(methods(average -> f64))]
struct Tensor {
    values: Vec<f64>,
}

impl Tensor {
    fn mean(&self) -> f64 {
        self.values.iter().sum()
    }
}

fn main() {}
