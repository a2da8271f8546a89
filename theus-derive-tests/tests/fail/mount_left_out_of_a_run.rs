use domain::motor::{All, Motor, Ports, Spin};
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Machine {
    name: String,
    #[context(nested)]
    left: Motor,
}

theus_core::mount! {
    Left = domain.left: Ctx<Motor, (), Ports>, in Ctx<Machine, (), Ports>, with effects;
}

fn main() {
    let builder = Engine::builder(Machine::default()).effects(Ports { factor: 1 });
    let engine = builder.processes::<At<All, Left>>().build().unwrap();
    engine.run(Spin { by: 1 }).unwrap();
}
