//! The part of a workflow that a library ships with its processes, included by the states of a program.

use std::sync::Arc;

use theus_core::prelude::*;
use theus_core::workflow::sessions::Sessions;
use theus_core::{EngineBuilder, Fragment};

mod motor {
    use theus_core::prelude::*;

    #[derive(Clone, Debug, Default, PartialEq, Context)]
    pub(super) struct Motor {
        pub(super) speed: i64,
        pub(super) sig_jammed: Option<i64>,
    }

    #[process(updates = [domain.speed], outputs = [domain.sig_jammed])]
    pub(super) fn spin(ctx: Ctx<Motor>, by: i64) {
        *ctx.domain.speed += by;
        let speed = *ctx.domain.speed;
        ctx.domain.sig_jammed.set((speed > 3).then_some(speed));
    }

    #[process(updates = [domain.speed])]
    pub(super) fn halt(ctx: Ctx<Motor>) {
        *ctx.domain.speed = 0;
    }

    theus_core::bundle! { pub(super) All = [Spin, Halt]; }
}

use motor::Motor;

/// How the motor's crate would have it drive one.
const CHART: Fragment = Fragment::new(
    "motor_chart",
    "flows/motor.yaml",
    "\
external: [CMD_FASTER, CMD_END]
initialised: [domain.speed]
initial: RESTS
events: { EVT_JAMMED: { to: STUCK, when: event > 3 } }
states:
  RESTS: { events: { CMD_FASTER: TURNS, CMD_END: OVER } }
  TURNS:
    entry: { run: spin, with: { by: \"${ 2 + domain.speed * 0 }\" } }
    events: { CMD_FASTER: TURNS, CMD_END: { to: OVER, when: domain.speed > 0 } }
  STUCK: { entry: halt, events: { EVT_CHAIN_DONE: RESTS } }
  OVER: { final: true, result: \"${ domain.speed }\" }
",
);

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Machine {
    #[context(nested, events = "LEFT")]
    left: Motor,
    #[context(nested, events = "RIGHT")]
    right: Motor,
    total: i64,
}

theus_core::mount! {
    Left = domain.left: Ctx<Motor>, in Ctx<Machine>;
    Right = domain.right: Ctx<Motor>, in Ctx<Machine>;
}

#[process(updates = [domain.total])]
fn add(ctx: Ctx<Machine>, speed: i64) {
    *ctx.domain.total += speed;
}

fn builder() -> EngineBuilder<Machine> {
    Engine::builder(Machine::default())
        .processes::<(At<motor::All, Left>, At<motor::All, Right>)>()
        .process::<Add>()
        .fragments([CHART])
}

const ONE_AFTER_THE_OTHER: &str = "\
states:
  FIRST:
    include: { motor_chart: { at: domain.left } }
    done: { to: SECOND, steps: { run: add, with: { speed: \"${ event }\" } } }
  SECOND: { include: { motor_chart: { at: domain.right } }, done: DONE, events: { EVT_LEFT_JAMMED: DONE } }
  DONE: { final: true }
";

fn tell<E: Send + Sync + 'static>(flow: &mut WorkflowManager<Machine, (), E>, events: &[&str]) {
    for event in events {
        flow.emit(event).unwrap();
        flow.run_until_idle().unwrap();
    }
}

#[test]
fn each_state_drives_the_motor_of_its_place() {
    let engine = builder().build().unwrap();
    let mut flow = WorkflowManager::from_text(&engine, "wash.yaml", ONE_AFTER_THE_OTHER).unwrap();
    tell(&mut flow, &["CMD_FASTER"]);
    assert_eq!(flow.state(), "FIRST.TURNS");
    tell(&mut flow, &["CMD_FASTER"]);
    assert_eq!(flow.state(), "FIRST.RESTS", "it was stuck, and halted");
    assert_eq!(*engine.snapshot().unwrap().left.speed, 0);
    tell(&mut flow, &["CMD_FASTER", "CMD_END"]);
    assert_eq!(flow.state(), "SECOND.RESTS");
    let machine = engine.snapshot().unwrap();
    assert_eq!((*machine.left.speed, *machine.right.speed, *machine.total), (2, 0, 2));
    tell(&mut flow, &["CMD_FASTER", "CMD_END"]);
    assert_eq!(flow.state(), "DONE");
    assert_eq!(*engine.snapshot().unwrap().right.speed, 2);
}

#[test]
fn a_position_names_the_states_of_the_program_and_is_gone_on_from() {
    let engine = builder().build().unwrap();
    let mut flow = WorkflowManager::from_text(&engine, "wash.yaml", ONE_AFTER_THE_OTHER).unwrap();
    tell(&mut flow, &["CMD_FASTER"]);
    let position = flow.position();
    assert_eq!(position.active(), ["FIRST.TURNS"]);
    let stored = serde_json::to_string(&position).unwrap();
    let definition = Arc::new(flow.definition().clone());
    drop(flow);
    let mut again = WorkflowManager::restore(&engine, definition, &serde_json::from_str(&stored).unwrap()).unwrap();
    assert!(again.is_in("FIRST") && again.is_in("FIRST.TURNS") && !again.is_in("SECOND.TURNS"));
    tell(&mut again, &["CMD_END"]);
    assert_eq!(again.state(), "SECOND.RESTS");
}

#[test]
fn pools_check_and_graph_know_them() {
    let engine = builder().build().unwrap();
    assert!(Sessions::of_text(&engine, "wash.yaml", ONE_AFTER_THE_OTHER).is_ok());
    let path = std::env::temp_dir().join(format!("theus-charts-{}.yaml", std::process::id()));
    std::fs::write(&path, ONE_AFTER_THE_OTHER).unwrap();
    let serve = |builder: &EngineBuilder<Machine>, command: &str| {
        let arguments = ["machine".into(), command.into(), path.clone().into_os_string()];
        format!("{:?}", builder.command_line(arguments).unwrap())
    };
    let without = Engine::builder(Machine::default())
        .processes::<(At<motor::All, Left>, At<motor::All, Right>)>()
        .process::<Add>();
    let told: Vec<String> = ["check", "graph"]
        .into_iter()
        .flat_map(|command| [serve(&builder(), command), serve(&without, command)])
        .collect();
    std::fs::remove_file(&path).unwrap();
    let well = format!("{:?}", std::process::ExitCode::SUCCESS);
    assert_eq!(told.iter().map(|code| *code == well).collect::<Vec<_>>(), [true, false, true, false]);
}

#[test]
fn one_that_nobody_has_handed_over_is_told() {
    let engine = builder().build().unwrap();
    let wrong = ONE_AFTER_THE_OTHER.replace("motor_chart: { at: domain.right }", "motor_chrt: ");
    let told = WorkflowManager::from_text(&engine, "wash.yaml", &wrong).map(drop).unwrap_err().to_string();
    assert!(told.contains("W044") && told.contains("did you mean `motor_chart`?"), "{told}");
    // What is wrong at one place only is told of that.
    let wrong = ONE_AFTER_THE_OTHER.replace("domain.right", "domain.total");
    let told = WorkflowManager::from_text(&engine, "wash.yaml", &wrong).map(drop).unwrap_err().to_string();
    assert!(told.contains("`domain.total` is no nested context"), "{told}");
}
