use theus_core::prelude::*;

#[derive(Inspect)]
#[inspect(methods(label -> String))]
struct Motor {
    name: String,
}

impl Motor {
    fn label(&self) -> String {
        self.name.to_uppercase()
    }
}

fn main() {}
