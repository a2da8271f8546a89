//! Rules that another crate ships, in a recipe that is checked while the program is compiled.

use domain::motor::{self, Motor, Ports, Spin};
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Machine {
    #[context(nested)]
    left: Motor,
    #[context(nested)]
    right: Motor,
}

theus_core::mount! {
    Left = domain.left: Ctx<Motor, (), Ports>, in Ctx<Machine, (), Ports>, with effects;
    Right = domain.right: Ctx<Motor, (), Ports>, in Ctx<Machine, (), Ports>, with effects;
}

theus_core::files! {
    mod desk;
    domain = Machine,
    effects = Ports,
    processes = [At<Spin, Left>, At<Spin, Right>],
    types = [Motor],
    fragments = [motor::RULES, motor::CHART],
    recipes = ["tests/files/fragments.yaml"],
    workflows = ["tests/files/charts.yaml"],
}

fn main() {}

#[test]
fn they_hold_at_their_places_and_stay_when_the_recipe_changes() {
    let engine = desk::builder(Machine::default(), Ports { factor: 1 }).build().unwrap();
    assert!(engine.run(Left::of(Spin { by: 80 })).is_ok());
    let refused = engine.run(Right::of(Spin { by: 80 })).unwrap_err().to_string();
    assert!(refused.contains("`domain.right.speed max 50`") && refused.contains("[motor:5:"), "{refused}");
    assert!(engine.run(Left::of(Spin { by: -1 })).is_err());
    engine.reload_recipe("new.yaml", "include: { motor: { at: domain.left } }").unwrap();
    assert!(engine.run(Right::of(Spin { by: 80 })).is_ok() && engine.run(Left::of(Spin { by: 80 })).is_err());
}

#[test]
fn a_state_includes_the_chart_of_a_motor_for_its_place() {
    let engine = desk::builder(Machine::default(), Ports { factor: 1 }).build().unwrap();
    let mut flow = WorkflowManager::from_checked(&engine, desk::CHARTS).unwrap();
    for event in ["CMD_FASTER", "CMD_END", "CMD_FASTER"] {
        flow.emit(event).unwrap();
        flow.run_until_idle().unwrap();
    }
    assert_eq!(flow.state(), "SECOND.TURNS");
    let machine = engine.snapshot().unwrap();
    assert_eq!((*machine.left.speed, *machine.right.speed), (2, 2));
}
