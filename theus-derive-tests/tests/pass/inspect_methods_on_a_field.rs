use theus_core::prelude::*;

#[derive(Inspect)]
#[inspect(methods(len -> usize))]
struct Tensor {
    values: Vec<f64>,
}

impl Tensor {
    fn len(&self) -> usize {
        self.values.len()
    }
}

fn main() {}
