//! Processes of another crate, mounted where a program has its context, and where that crate has mounted them itself.

use domain::motor::{All, Motor, OnStand, Ports, Spin, Stand};
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Machine {
    name: String,
    #[context(nested)]
    left: Motor,
}

#[process(updates = [domain.name])]
fn rename(ctx: Ctx<Machine, (), Ports>) {
    ctx.domain.name.push('x');
}

theus_core::mount! {
    Left = domain.left: Ctx<Motor, (), Ports>, in Ctx<Machine, (), Ports>, with effects;
}

#[test]
fn it_is_run_where_it_is_mounted() {
    let builder = Engine::builder(Machine::default()).effects(Ports { factor: 3 });
    let engine = builder.processes::<At<All, Left>>().process::<Rename>().build().unwrap();
    engine.run(Left::of(Spin { by: 2 })).unwrap();
    engine.run(Rename).unwrap();
    let machine = engine.snapshot().unwrap();
    assert_eq!((*machine.left.speed, machine.name.as_str()), (6, "x"));
}

#[test]
fn a_library_can_say_a_place_too() {
    let builder = Engine::builder(Stand::default()).effects(Ports { factor: 3 });
    let engine = builder.processes::<At<All, OnStand>>().build().unwrap();
    engine.run(OnStand::of(Spin { by: 2 })).unwrap();
    assert_eq!(*engine.snapshot().unwrap().motor.speed, 6);
}
