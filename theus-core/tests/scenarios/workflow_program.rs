//! What a program sends and waits for, held against its workflow where the two are put together.

use theus_core::workflow::{Program, Sessions, WorkflowError, WorkflowManager};

use super::workflow_world::{Shop, ShopEngine, shop};

const FLOW: &str = "
external: [CMD_ASK, CMD_APPROVE]
states:
  IDLE: { events: { CMD_ASK: APPROVAL } }
  APPROVAL: { events: { CMD_APPROVE: PAID } }
  PAID: { final: true }
";

/// By a workflow of its own and by a pool: the same is said.
fn said(engine: &ShopEngine, flow: &str, program: &Program) -> Option<String> {
    let said = |refused: WorkflowError| match refused {
        WorkflowError::Source(source) => {
            source.problems().iter().filter_map(|it| it.code).collect::<Vec<_>>().join(" ")
        }
        other => panic!("{other}"),
    };
    let desk = WorkflowManager::from_text(engine, "flow.yaml", flow).unwrap().program(program).err().map(said);
    let pool = Sessions::of_text(engine, "flow.yaml", flow).unwrap().program(program).err().map(said);
    assert_eq!(desk, pool);
    desk
}

#[test]
fn what_the_file_lacks_is_refused_before_anything_is_driven() {
    let (engine, _) = shop(Shop::default());
    let all = Program::new().sends(["CMD_ASK", "CMD_APPROVE"]).unwrap().waits_for(["APPROVAL", "PAID"]);
    assert_eq!(said(&engine, FLOW, &all), None);
    assert_eq!(said(&engine, FLOW, &Program::new()), None, "nothing is known of it");
    assert_eq!(said(&engine, FLOW, &all.clone().waits_for(["PAYED"])).as_deref(), Some("W053"));
    let slip = all.clone().sends(["CMD_APROVE"]).unwrap();
    assert_eq!(said(&engine, FLOW, &slip).as_deref(), Some("W054"));
    assert_eq!(said(&engine, FLOW, &slip.waits_for(["PAYED"])).as_deref(), Some("W053 W054"), "all of it at once");
}

#[test]
fn a_state_in_which_nobody_answers_is_refused_where_the_file_is_strict() {
    let (engine, _) = shop(Shop::default());
    let asks = Program::new().sends(["CMD_ASK"]).unwrap();
    assert_eq!(said(&engine, FLOW, &asks), None, "else it is told");
    let strict = format!("strict: true{FLOW}");
    assert_eq!(said(&engine, &strict, &asks).as_deref(), Some("W131"));
    assert_eq!(said(&engine, &strict, &asks.sends(["CMD_APPROVE"]).unwrap()), None);
}

/// What was held against its program is driven as any other.
#[test]
fn what_fits_is_driven() {
    let (engine, _) = shop(Shop::default());
    let program = Program::new().sends(["CMD_ASK", "CMD_APPROVE"]).unwrap().waits_for(["PAID"]);
    let mut desk = WorkflowManager::from_text(&engine, "flow.yaml", FLOW).unwrap().program(&program).unwrap();
    desk.emit("CMD_ASK").unwrap();
    desk.emit("CMD_APPROVE").unwrap();
    desk.run_until_final().unwrap();
    assert_eq!(desk.state(), "PAID");
    let pool = Sessions::of_text(&engine, "flow.yaml", FLOW).unwrap().program(&program).unwrap().stepped(1);
    let pool = pool.start().unwrap();
    pool.open("one", Shop::default()).unwrap();
    pool.emit("one", "CMD_ASK").unwrap();
    pool.step_until_idle(100);
    assert_eq!(pool.states("one").unwrap(), ["APPROVAL"]);
}
