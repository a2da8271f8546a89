use theus_core::prelude::*;

#[derive(Inspect)]
#[inspect(methods(label -> &str))]
struct Motor {
    name: String,
}

impl Motor {
    fn label(&self) -> &str {
        self.name.trim()
    }
}

fn main() {}
