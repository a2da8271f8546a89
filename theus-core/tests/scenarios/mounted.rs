//! Processes of a library, at their places in a program.

use serde_json::json;
use theus_core::prelude::*;
use theus_core::signal::Origin;
use theus_core::store::MemoryStore;

use crate::executor::block_on;

/// A crate of its own: it knows nothing of the programs that use it.
mod motor {
    use theus_core::effect;
    use theus_core::effect::Effect;
    use theus_core::prelude::*;

    #[derive(Clone, Debug, Default, PartialEq, Context)]
    pub(super) struct Motor {
        pub(super) speed: i64,
        pub(super) turns: u64,
        pub(super) sig_stalled: bool,
    }

    #[derive(Clone, Default, Context)]
    pub(super) struct Bounds {
        pub(super) most: i64,
    }

    #[effect]
    pub(super) trait Drive: Send + Sync {
        fn factor(&self) -> i64;
    }

    pub(super) struct Ports {
        pub(super) drive: Effect<dyn Drive>,
    }

    pub(super) type App = Ctx<Motor, Bounds, Ports>;

    #[derive(Debug, PartialEq, thiserror::Error)]
    #[error("{0} is too fast")]
    pub(super) struct TooFast(pub(super) i64);

    #[process(inputs = [domain.speed, domain.turns, global.most], outputs = [domain.speed, domain.turns, domain.sig_stalled],
        effects = [drive], errors = [TooFast])]
    pub(super) fn spin(ctx: App, by: i64) -> Result<i64, TooFast> {
        *ctx.domain.speed += by * ctx.effects.drive.factor();
        *ctx.domain.turns += 1;
        if *ctx.domain.speed > *ctx.global.most {
            return Err(TooFast(*ctx.domain.speed));
        }
        ctx.domain.sig_stalled.set(*ctx.domain.speed <= 0);
        Ok(*ctx.domain.speed)
    }

    #[process(inputs = [domain.speed], outputs = [domain.speed])]
    pub(super) async fn slow_down(ctx: App) {
        *ctx.domain.speed /= 2;
    }

    #[process(outputs = [domain.speed], blocking)]
    pub(super) fn brake(ctx: App) {
        ctx.domain.speed.set(0);
    }

    #[process(inputs = [domain.speed])]
    pub(super) fn speed(ctx: App) -> i64 {
        *ctx.domain.speed
    }

    theus_core::bundle! {
        /// What a motor does.
        pub(super) Doing = [Spin, SlowDown, Brake];
        /// What it shows.
        pub(super) Shown = [Speed];
    }
}

use motor::{Bounds, Brake, Drive, Motor, SlowDown, Speed, Spin, TooFast};
use theus_core::effect::Effect;

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Arm {
    #[context(nested)]
    elbow: Motor,
}

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Machine {
    name: String,
    #[context(nested)]
    left: Motor,
    #[context(nested)]
    arm: Arm,
}

#[derive(Clone, Default, Context)]
struct Plant {
    #[context(nested)]
    motors: Bounds,
}

struct Handles {
    ports: motor::Ports,
}

type Program = Ctx<Machine, Plant, Handles>;

theus_core::mount! {
    /// The one on the left.
    Left = domain.left: motor::App, in Program, with global.motors, effects.ports;
    /// The one in the arm.
    Elbow = domain.arm.elbow: motor::App, in Program, with effects.ports, global.motors;
}

#[process(inputs = [domain.left.speed, domain.arm.elbow.speed], outputs = [domain.name])]
fn name_it(ctx: Program) {
    let text = format!("{} and {}", *ctx.domain.left.speed, *ctx.domain.arm.elbow.speed);
    ctx.domain.name.set(text);
}

struct Twice;
impl Drive for Twice {
    fn factor(&self) -> i64 {
        2
    }
}

type Both = (At<motor::Doing, Left>, At<motor::Shown, Left>, At<motor::Doing, Elbow>);

fn builder() -> theus_core::EngineBuilder<Machine, Plant, Handles> {
    let ports = motor::Ports { drive: Effect::new(Twice) };
    Engine::builder(Machine::default())
        .global(Plant { motors: Bounds { most: 100 } })
        .effects(Handles { ports })
        .processes::<Both>()
        .process::<NameIt>()
}

/// A library that works on the same domain, and needs a part of the effects alone.
mod labels {
    use theus_core::prelude::*;

    pub(super) struct Printer {
        pub(super) prefix: &'static str,
    }

    #[process(updates = [domain.name], effects = [prefix])]
    pub(super) fn label(ctx: Ctx<super::Machine, (), Printer>) {
        ctx.domain.name.insert_str(0, ctx.effects.prefix);
    }
}

struct Desk {
    printer: labels::Printer,
}

theus_core::mount! {
    Labels = domain: Ctx<Machine, (), labels::Printer>, in Ctx<Machine, Plant, Desk>, with effects.printer;
}

#[test]
fn a_part_of_the_effects_is_enough_for_a_library_that_works_on_the_whole_domain() {
    let printer = labels::Printer { prefix: "no. " };
    let builder = Engine::builder(Machine { name: "4".to_owned(), ..Machine::default() });
    let builder = builder.global(Plant::default()).effects(Desk { printer });
    let engine = builder.process::<At<labels::Label, Labels>>().build().unwrap();
    engine.run(Labels::of(labels::Label)).unwrap();
    assert_eq!(engine.snapshot().unwrap().name.as_str(), "no. 4");
    assert_eq!(At::<labels::Label, Labels>::CONTRACT.process, "label");
    assert!(At::<labels::Label, Labels>::CONTRACT.writes("domain.name"));
}

#[test]
fn each_place_has_processes_of_its_own_which_speak_of_its_paths() {
    let (left, elbow) = (At::<Spin, Left>::CONTRACT, At::<Spin, Elbow>::CONTRACT);
    assert_eq!((left.process, elbow.process), ("left.spin", "arm.elbow.spin"));
    let paths = |contract: &theus_core::Contract| -> Vec<&str> {
        contract.inputs.iter().chain(contract.outputs).map(|access| access.path).collect()
    };
    assert_eq!(
        paths(&left),
        [
            "domain.left.speed",
            "domain.left.turns",
            "global.motors.most",
            "domain.left.speed",
            "domain.left.turns",
            "domain.left.sig_stalled"
        ]
    );
    assert_eq!(paths(&elbow)[0], "domain.arm.elbow.speed");
    assert_eq!(left.outputs[2].zone, theus_core::Zone::Signal);
    assert_eq!(left.conflicts(&elbow), [], "one does not touch the other");
    let with_itself = left.conflicts(&At::<Brake, Left>::CONTRACT);
    assert_eq!(with_itself[0].to_string(), "`left.spin` and `left.brake` both write domain.left.speed");
    assert_eq!((left.arguments[0].name, left.errors, left.effects), ("by", &["TooFast"][..], &["drive"][..]));
}

#[test]
fn each_works_on_its_own_part_whatever_kind_it_is() {
    let engine = builder().build().unwrap();
    assert_eq!(engine.run(Left::of(Spin { by: 10 })).unwrap(), 20);
    assert_eq!(engine.run(Elbow::of(Spin { by: 20 })).unwrap(), 40);
    block_on(engine.run_async(Elbow::of(SlowDown))).unwrap();
    engine.run(NameIt).unwrap();
    block_on(engine.run_async(Left::of(Brake))).unwrap();
    let error = engine.run(Elbow::of(Spin { by: 90 })).unwrap_err();
    assert!(matches!(error, RunError::Process(TooFast(200))), "{error:?}");
    assert_eq!(engine.run(Left::of(Speed)).unwrap(), 0);
    let machine = engine.snapshot().unwrap().to_context();
    assert_eq!((machine.name.as_str(), machine.left.turns, machine.arm.elbow.turns), ("20 and 20", 1, 1));
    assert_eq!((machine.left.speed, machine.arm.elbow.speed), (0, 20), "the one that was too fast is rolled back");
}

#[test]
fn rules_workflows_and_names_know_them_by_their_places() {
    let recipe = "
process_recipes:
  left.spin: { inputs: [ { field: by, max: 5, level: B } ], outputs: [ { field: domain.left.speed, max: 8, level: B } ] }
";
    let engine = builder().recipe("audit.yaml", recipe).unwrap().build().unwrap();
    let refused = engine.run(Left::of(Spin { by: 6 })).unwrap_err().to_string();
    assert!(refused.contains("left.spin") && refused.contains("by"), "{refused}");
    engine.run(Elbow::of(Spin { by: 6 })).unwrap();
    assert_eq!(engine.run_named("left.spin", &json!({ "by": 3 })).unwrap().result.unwrap(), Some(json!(6)));
    let refused = engine.run(Left::of(Spin { by: 3 })).unwrap_err().to_string();
    assert!(refused.contains("domain.left.speed"), "{refused}");

    let wrong = "process_recipes: { spin: { inputs: [ { field: by, max: 5, level: B } ] } }";
    let error = builder().recipe("audit.yaml", wrong).unwrap().build().unwrap_err().to_string();
    assert!(error.contains("`spin`"), "{error}");

    let flow = "
external: [CMD_GO]
states:
  RESTS: { events: { CMD_GO: MOVES } }
  MOVES:
    entry: [ { run: left.spin, with: { by: -4 }, on_error: { TooFast: RESTS } }, { parallel: [left.slow_down, arm.elbow.slow_down] } ]
    events: { EVT_STALLED: { to: DONE, when: domain.left.speed < 0 } }
  DONE: { entry: name_it, final: true }
";
    let mut flow = WorkflowManager::from_text(&engine, "flow.yaml", flow).unwrap();
    flow.emit("CMD_GO").unwrap();
    flow.run_until_final().unwrap();
    let machine = engine.snapshot().unwrap().to_context();
    assert_eq!((machine.left.speed, machine.arm.elbow.speed, machine.name.as_str()), (-1, 6, "-1 and 6"));
}

#[test]
fn its_events_say_whose_they_are() {
    let engine = builder().build().unwrap();
    engine.run(Elbow::of(Spin { by: -1 })).unwrap();
    assert!(*engine.snapshot().unwrap().arm.elbow.sig_stalled);
    let event = engine.next_event().unwrap().unwrap();
    assert_eq!(event.name.to_string(), "EVT_STALLED");
    let Origin::Signal { path, process, .. } = event.origin else { panic!("{event:?}") };
    assert_eq!((path, process), ("domain.arm.elbow.sig_stalled", "arm.elbow.spin"));
    assert!(!*engine.snapshot().unwrap().arm.elbow.sig_stalled, "it is at rest again");
}

#[test]
fn what_they_did_is_in_the_journal_and_is_replayed() {
    let store = MemoryStore::new();
    let engine = builder().store(store.clone()).build().unwrap().hydrate_or("one", Machine::default).unwrap();
    engine.run(Left::of(Spin { by: 10 })).unwrap();
    engine.run(Elbow::of(Spin { by: 4 })).unwrap();
    block_on(engine.run_async(Left::of(SlowDown))).unwrap();
    let replayed = engine.replay("one").unwrap();
    assert!(replayed.divergence.is_none(), "{replayed:?}");
    drop(engine);
    let again = builder().store(store).build().unwrap().hydrate_or("one", Machine::default).unwrap();
    let machine = again.snapshot().unwrap().to_context();
    assert_eq!((machine.left.speed, machine.arm.elbow.speed), (10, 8));
}

#[test]
fn what_is_registered_twice_is_told() {
    let error = builder().processes::<At<motor::Shown, Left>>().build().unwrap_err();
    assert_eq!(error.to_string(), theus_core::BuildError::DuplicateProcess { name: "left.speed" }.to_string());
}
