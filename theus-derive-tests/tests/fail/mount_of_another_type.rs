use domain::motor::{All, Motor, Ports, Spin};
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Machine {
    name: String,
    #[context(nested)]
    left: Motor,
}

theus_core::mount! {
    Left = domain.name: Ctx<Motor, (), Ports>, in Ctx<Machine, (), Ports>, with effects;
}

fn main() {
    let _ = Left::of(Spin { by: 1 });
    let _ = (std::any::type_name::<All>(), Machine::default());
}
