//! Layers, nested contexts, generics, aliases, enums, private items, an order that is none; the macro above what it asks.

use theus_core::prelude::*;
use theus_core::workflow::Sessions;

theus_core::files! {
    pub mod desk;
    domain = plant::Tank,
    global = plant::Limits,
    processes = [plant::Fill, Drain],
    types = [plant::Mode, plant::Motor, plant::Page, Cents = i64],
    recipes = ["tests/files/right.yaml", "tests/files/stricter.yaml"],
    workflows = ["tests/files/desk.yaml"],
}

/// Private to this module.
#[process(outputs = [domain.total])]
fn drain(ctx: Ctx<plant::Tank, plant::Limits>) {
    ctx.domain.total.set(0);
}

mod plant {
    use std::collections::BTreeMap;

    use theus_core::prelude::*;

    #[derive(Clone, Default, Inspect)]
    pub(super) enum Mode {
        #[default]
        Idle,
        Filling,
    }

    pub(super) type Cents = i64;

    #[derive(Clone, Default, Inspect)]
    pub(super) struct Page<T> {
        pub(super) of: Vec<T>,
    }

    #[derive(Clone, Default, Context)]
    pub(super) struct Motor {
        pub(super) speed: u8,
    }

    #[derive(Clone, Default, Context)]
    pub(super) struct Limits {
        pub(super) most: Cents,
    }

    #[derive(Clone, Default, Context)]
    pub(super) struct Tank {
        pub(super) total: Cents,
        pub(super) mode: Mode,
        pub(super) pages: BTreeMap<String, Page<Cents>>,
        #[context(nested)]
        pub(super) motor: Motor,
    }

    #[process(
        inputs = [global.most, domain.pages],
        outputs = [domain.total, domain.mode, domain.pages, domain.motor.speed],
    )]
    pub(super) fn fill(ctx: Ctx<Tank, Limits>, by: Cents) {
        ctx.domain.total.set(by.min(*ctx.global.most));
        ctx.domain.mode.set(if by > 0 { Mode::Filling } else { Mode::Idle });
        ctx.domain.pages.entry("a".to_owned()).or_default().of.push(by);
        ctx.domain.motor.speed.set(1);
    }
}

fn main() {}

#[test]
fn what_is_made_of_the_files_runs() {
    let engine = desk::builder(plant::Tank::default(), plant::Limits { most: 50 }).build().unwrap();
    assert!(engine.run(plant::Fill { by: 2 }).is_ok());
    assert!(engine.run(plant::Fill { by: 1 }).unwrap_err().to_string().contains("[tests/files/stricter.yaml:3:"));
    assert!(engine.run(Drain {}).is_ok());
    let mut flow = WorkflowManager::from_checked(&engine, desk::DESK).unwrap();
    flow.run_until_final().unwrap();
    assert_eq!((flow.state(), *engine.snapshot().unwrap().total), ("FULL", 5));
    assert!(Sessions::of_checked(&engine, desk::DESK).is_ok());
}
