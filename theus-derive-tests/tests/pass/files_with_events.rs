//! Events that have a word of their place, in a workflow that is checked while the program is compiled.

use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Motor {
    sig_jammed: bool,
}

#[process(outputs = [domain.sig_jammed])]
fn spin(ctx: Ctx<Motor>) {
    ctx.domain.sig_jammed.set(true);
}

#[derive(Clone, Default, Context)]
struct Machine {
    #[context(nested, events = "LEFT")]
    left: Motor,
    #[context(nested)]
    right: Motor,
}

theus_core::mount! {
    Left = domain.left: Ctx<Motor>, in Ctx<Machine>;
    Right = domain.right: Ctx<Motor>, in Ctx<Machine>;
}

theus_core::files! {
    mod desk;
    domain = Machine,
    processes = [At<Spin, Left>, At<Spin, Right>],
    types = [Motor],
    workflows = ["tests/files/events_of_places.yaml"],
}

fn main() {}

#[test]
fn they_are_told_apart() {
    let engine = desk::builder(Machine::default()).build().unwrap();
    let mut flow = WorkflowManager::from_checked(&engine, desk::EVENTS_OF_PLACES).unwrap();
    flow.run_until_final().unwrap();
    engine.run(Right::of(Spin)).unwrap();
    assert_eq!(engine.next_event().unwrap().unwrap().name.to_string(), "EVT_JAMMED");
}
