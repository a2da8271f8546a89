use domain::motor::{All, Motor, Ports, Spin};
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Machine {
    name: String,
    #[context(nested)]
    left: Motor,
}

#[process(updates = [domain.name])]
fn rename(ctx: Ctx<Machine>) {
    ctx.domain.name.push_str("x");
}

theus_core::mount! {
    Left = domain.left: Ctx<Motor, (), Ports>, in Ctx<Machine, (), Ports>, with effects;
}

fn main() {
    let _ = Left::of(Rename);
    let _ = (std::any::type_name::<All>(), Spin { by: 1 });
}
