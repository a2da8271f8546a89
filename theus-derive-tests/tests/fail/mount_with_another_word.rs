use domain::motor::{All, Motor, Ports, Spin};
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Machine {
    name: String,
    #[context(nested)]
    left: Motor,
}

theus_core::mount! {
    Left = domain.left: Ctx<Motor, (), Ports>, in Ctx<Machine, (), Ports>, with ports.motor;
}

fn main() {
    let _ = (std::any::type_name::<All>(), Machine::default(), Spin { by: 1 }, std::any::type_name::<Ports>());
}
