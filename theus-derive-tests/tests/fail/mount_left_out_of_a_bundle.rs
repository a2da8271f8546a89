use domain::motor::{All, Motor, Ports, Spin};
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Machine {
    name: String,
    #[context(nested)]
    left: Motor,
}

fn main() {
    let builder = Engine::builder(Machine::default()).effects(Ports { factor: 1 });
    let _ = builder.processes::<All>().build();
    let _ = Spin { by: 1 };
}
