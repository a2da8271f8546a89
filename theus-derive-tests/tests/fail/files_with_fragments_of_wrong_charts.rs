use domain::motor::{self, Motor, Ports, Spin};
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Machine {
    #[context(nested)]
    left: Motor,
}

theus_core::mount! {
    Left = domain.left: Ctx<Motor, (), Ports>, in Ctx<Machine, (), Ports>, with effects;
}

theus_core::files! {
    mod desk;
    domain = Machine,
    effects = Ports,
    processes = [At<Spin, Left>],
    types = [Motor],
    fragments = [motor::CHART],
    workflows = ["../../../../theus-derive-tests/tests/files/charts_wrong.yaml"],
}

fn main() {
    let _ = (Left::of(Spin { by: 1 }), Machine::default(), motor::CHART);
}
