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
    workflows = ["tests/files/desk.yaml", "tests/files/blocks.yaml"],
}

/// Private to this module. It may have a `timeout`, which no other `fn` may.
#[process(outputs = [domain.total], blocking)]
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

    #[process(outputs = [domain.total])]
    pub(super) fn rinse(ctx: Ctx<Tank, Limits>) {
        ctx.domain.total.set(0);
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

/// Paths are as they are written where the macro stands; a file may be above the package.
mod inner {
    pub(super) use super::plant::Limits as Bounds;
    use super::plant::{Fill, Mode, Tank};

    theus_core::files! {
        pub(super) mod desk;
        domain = super::inner::Tank,
        global = self::Bounds,
        processes = [self::Fill, super::Drain, crate::pass::files::plant::Rinse],
        types = [self::Mode, super::plant::Motor, Cents = i64],
        recipes = ["../theus-derive-tests/tests/files/mode.yaml"],
        workflows = ["tests/files/desk.yaml"],
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
    let mut flow = WorkflowManager::from_checked(&engine, desk::BLOCKS).unwrap();
    flow.run_until_final().unwrap();
    assert_eq!((flow.state(), *engine.snapshot().unwrap().total), ("EMPTY", 0));
}

#[test]
fn a_recipe_that_comes_later_takes_the_place_of_the_checked_one_or_stands_over_it() {
    let limits = || plant::Limits { most: 50 };
    let refused = |engine: Engine<plant::Tank, plant::Limits>, by| {
        engine.run(plant::Fill { by }).map_err(|error| error.to_string()).err()
    };
    let bare = || desk::without_recipe(plant::Tank::default(), limits());
    assert_eq!(refused(bare().build().unwrap(), -1), None, "no rule of the checked recipe");
    let given = "process_recipes: { fill: { inputs: [ { field: by, max: 2 } ] } }";
    let engine = bare().recipe("given.yaml", given).unwrap().build().unwrap();
    assert!(refused(engine.open("other", plant::Tank::default()), -1).is_none());
    assert!(refused(engine, 3).unwrap().contains("[given.yaml:1:"));
    let over = || desk::builder(plant::Tank::default(), limits()).recipe("given.yaml", given).unwrap().build().unwrap();
    assert!(refused(over(), 3).unwrap().contains("[given.yaml:1:"));
    assert!(refused(over(), 1).unwrap().contains("[tests/files/stricter.yaml:3:"));
    let wrong = bare().recipe("given.yaml", "process_recipes: { fil: {} }").unwrap().build().unwrap_err();
    assert!(wrong.to_string().contains("did you mean `fill`?"), "the same loader: {wrong}");
}

#[test]
fn a_file_above_the_package_is_called_by_its_own_folders() {
    let engine = inner::desk::builder(plant::Tank::default(), inner::Bounds { most: 1 }).build().unwrap();
    let refused = engine.run(plant::Fill { by: 0 }).unwrap_err().to_string();
    assert!(refused.contains("[theus-derive-tests/tests/files/mode.yaml:4:"), "{refused}");
    assert!(engine.run(plant::Rinse {}).is_ok() && engine.run(Drain {}).is_ok());
}
