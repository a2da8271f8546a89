//! Events of a library's processes, whose place has a word for them.

use serde_json::json;
use theus_core::prelude::*;
use theus_core::signal::Origin;
use theus_core::store::MemoryStore;
use theus_core::test::{Trial, Walk};

mod motor {
    use theus_core::prelude::*;

    #[derive(Clone, Debug, Default, PartialEq, Context)]
    pub(super) struct Motor {
        pub(super) speed: i64,
        pub(super) sig_jammed: Option<i64>,
        pub(super) cmd_cool: bool,
    }

    #[process(updates = [domain.speed], outputs = [domain.sig_jammed, domain.cmd_cool])]
    pub(super) fn spin(ctx: Ctx<Motor>, by: i64) {
        *ctx.domain.speed += by;
        let speed = *ctx.domain.speed;
        ctx.domain.sig_jammed.set((speed < 0).then_some(speed));
        ctx.domain.cmd_cool.set(speed > 100);
    }

    theus_core::bundle! { pub(super) All = [Spin]; }
}

use motor::{Motor, Spin};

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Arm {
    #[context(nested, events = "ELBOW")]
    elbow: Motor,
}

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Machine {
    #[context(nested, events = "LEFT")]
    left: Motor,
    #[context(nested)]
    right: Motor,
    #[context(nested, events = "ARM")]
    arm: Arm,
    sig_jammed: bool,
    alarms: i64,
}

theus_core::mount! {
    Left = domain.left: Ctx<Motor>, in Ctx<Machine>;
    Right = domain.right: Ctx<Motor>, in Ctx<Machine>;
    Elbow = domain.arm.elbow: Ctx<Motor>, in Ctx<Machine>;
}

/// A process of the program itself, on the library's signal.
#[process(outputs = [domain.left.sig_jammed])]
fn report(ctx: Ctx<Machine>, at: i64) {
    ctx.domain.left.sig_jammed.set(Some(at));
}

#[process(updates = [domain.alarms])]
fn count(ctx: Ctx<Machine>) {
    *ctx.domain.alarms += 1;
}

type All = (At<motor::All, Left>, At<motor::All, Right>, At<motor::All, Elbow>);

fn builder() -> theus_core::EngineBuilder<Machine> {
    Engine::builder(Machine::default()).processes::<All>().process::<Report>().process::<Count>()
}

const FLOW: &str = "
strict: true
external: [CMD_GO]
states:
  RESTS: { events: { CMD_GO: MOVES, EVT_LEFT_JAMMED: STOPPED } }
  MOVES:
    entry: [ { run: right.spin, with: { by: -1 } }, { run: left.spin, with: { by: -2 } } ]
    events: { EVT_LEFT_JAMMED: { to: STOPPED, when: event == -2 }, EVT_ARM_ELBOW_JAMMED: STOPPED, EVT_CHAIN_DONE: RESTS }
  STOPPED: { entry: count, final: true }
";

fn names<G: Context, E: Send + Sync + 'static>(engine: &Engine<Machine, G, E>) -> Vec<String> {
    std::iter::from_fn(|| engine.next_event().unwrap()).map(|event| event.name.to_string()).collect()
}

#[test]
fn an_event_has_the_words_of_its_place_whoever_sends_it() {
    let engine = builder().build().unwrap();
    engine.run(Left::of(Spin { by: -3 })).unwrap();
    let event = engine.next_event().unwrap().unwrap();
    assert_eq!(event.name.to_string(), "EVT_LEFT_JAMMED");
    let Origin::Signal { path, process, .. } = event.origin else { panic!("{event:?}") };
    assert_eq!((path, process), ("domain.left.sig_jammed", "left.spin"));
    assert_eq!(event.payload.unwrap().value().as_i64(), Some(-3));
    assert_eq!(*engine.snapshot().unwrap().left.sig_jammed, None, "it is at rest again");

    engine.run(Elbow::of(Spin { by: -1 })).unwrap();
    engine.run(Elbow::of(Spin { by: 200 })).unwrap();
    engine.run(Right::of(Spin { by: -1 })).unwrap();
    engine.run(Report { at: 4 }).unwrap();
    assert_eq!(names(&engine), ["EVT_ARM_ELBOW_JAMMED", "CMD_ARM_ELBOW_COOL", "EVT_JAMMED", "EVT_LEFT_JAMMED"]);
}

#[test]
fn a_workflow_tells_the_one_from_the_other() {
    let engine = builder().build().unwrap();
    let mut flow = WorkflowManager::from_text(&engine, "flow.yaml", FLOW).unwrap();
    flow.emit("CMD_GO").unwrap();
    flow.run_until_final().unwrap();
    assert_eq!(*engine.snapshot().unwrap().alarms, 1);

    let refused = |event: &str| {
        let flow = FLOW.replace("EVT_ARM_ELBOW_JAMMED", event);
        WorkflowManager::from_text(&engine, "flow.yaml", &flow).unwrap_err().to_string()
    };
    let told = refused("EVT_ARM_ELBOW_JAMED");
    assert!(told.contains("did you mean `EVT_ARM_ELBOW_JAMMED`?"), "{told}");
    // Its own name alone is no event of that place.
    let told = refused("EVT_COOL");
    assert!(told.contains("nothing raises the event `EVT_COOL`"), "{told}");
    assert!(
        WorkflowManager::from_text(&engine, "flow.yaml", &FLOW.replace("EVT_ARM_ELBOW_JAMMED", "CMD_COOL")).is_ok()
    );
}

/// What a chain itself raises is taken before it has ended: the proof knows those by the words of their places.
#[test]
fn what_is_proved_of_a_workflow_knows_them() {
    let engine = builder().build().unwrap();
    let load = |event: &str| {
        let flow = format!(
            "
strict: true
states:
  MOVES:
    entry: [ {{ run: left.spin, with: {{ by: -2 }} }} ]
    events: {{ EVT_CHAIN_DONE: STOPPED, EVT_CHAIN_FAIL: STOPPED, {event}: STOPPED }}
  STOPPED: {{ final: true }}
"
        );
        WorkflowManager::from_text(&engine, "flow.yaml", &flow).map(drop).map_err(|error| error.to_string())
    };
    load("EVT_LEFT_JAMMED").unwrap();
    let told = load("EVT_JAMMED").unwrap_err();
    assert!(told.contains("`EVT_JAMMED` never comes in state `MOVES`"), "{told}");
}

#[test]
fn the_schema_tells_them() {
    let events: Vec<_> = Machine::schema().paths().into_iter().filter_map(|field| field.event).collect();
    let events: Vec<String> = events.iter().map(ToString::to_string).collect();
    assert_eq!(
        events,
        [
            "EVT_LEFT_JAMMED",
            "CMD_LEFT_COOL",
            "EVT_JAMMED",
            "CMD_COOL",
            "EVT_ARM_ELBOW_JAMMED",
            "CMD_ARM_ELBOW_COOL",
            "EVT_JAMMED"
        ]
    );
}

#[test]
fn they_are_stored_journalled_and_replayed_so() {
    let store = MemoryStore::new();
    let open = || builder().store(store.clone()).build().unwrap().hydrate_or("one", Machine::default).unwrap();
    let engine = open();
    engine.run(Left::of(Spin { by: -7 })).unwrap();
    let entries = engine.journal("one").unwrap().entries(1, 1).unwrap();
    assert_eq!(entries[0].raised, ["EVT_LEFT_JAMMED"]);
    assert!(engine.replay("one").unwrap().divergence.is_none());
    drop(engine);

    let engine = open();
    let mut flow = WorkflowManager::from_text(&engine, "flow.yaml", FLOW).unwrap();
    flow.run_until_final().unwrap();
    assert_eq!(*engine.snapshot().unwrap().alarms, 1, "the event has waited in the store");
}

#[test]
fn trials_and_walks_tell_them_so() {
    let outcome = Trial::of(Machine::default()).run(Left::of(Spin { by: -1 })).unwrap();
    assert!(outcome.to_string().contains("raised EVT_LEFT_JAMMED"), "{outcome}");
    let walk = Walk::new(|clock| {
        let engine = builder().build()?;
        Ok(WorkflowManager::from_text(&engine, "flow.yaml", FLOW)?.clock(clock))
    });
    let coverage = walk.event("CMD_GO", |_| json!(null)).run(20, 7).unwrap();
    assert_eq!(coverage.missed_states().count(), 0, "{coverage}");
}

mod clashes {
    use super::Motor;
    use theus_core::prelude::*;

    #[derive(Clone, Default, Context)]
    pub(super) struct Twice {
        #[context(nested, events = "LEFT")]
        left: Motor,
        sig_left_jammed: bool,
    }

    #[derive(Clone, Default, Context)]
    pub(super) struct Chain {
        sig_done: bool,
    }

    #[derive(Clone, Default, Context)]
    pub(super) struct OfChains {
        #[context(nested, events = "CHAIN")]
        chain: Chain,
    }

    #[derive(Clone, Default, Context)]
    pub(super) struct Beside {
        #[context(nested, events = "LEFT")]
        left: Motor,
        cmd_left_jammed: bool,
    }
}

#[test]
fn a_word_that_makes_the_name_of_another_event_is_refused() {
    let error = Engine::builder(clashes::Twice::default()).build().map(drop).unwrap_err().to_string();
    assert!(
        error.starts_with(
            "`domain.left.sig_jammed` and `domain.sig_left_jammed` would both raise `EVT_LEFT_JAMMED`: give the nested context another word"
        ),
        "{error}"
    );
    let error = Engine::builder(clashes::OfChains::default()).build().map(drop).unwrap_err().to_string();
    assert!(error.contains("`EVT_CHAIN_DONE`, which workflows tell themselves"), "{error}");
    assert!(Engine::builder(clashes::Beside::default()).build().is_ok(), "another kind of event");
}
