//! Events by the names that people write, and how many sessions are in each state.

use std::time::Duration;

use serde_json::json;
use theus_core::workflow::Sessions;
use theus_core::workflow::sessions::SessionError;

use super::workflow_world::{Ports, Shop, shop};

const LONG: Duration = Duration::from_secs(20);
const FLOW: &str = "
external: [CMD_ORDER_PLACED, CMD_DOOR, EVT_DOOR, CMD_A_B, CMD_A__B, CMD_BOTH]
states:
  IDLE:
    events: { CMD_ORDER_PLACED: PLACED, CMD_DOOR: PLACED, EVT_DOOR: IDLE, CMD_A_B: IDLE, CMD_A__B: IDLE, SIG_RUNG: DONE, CMD_BOTH: BOTH }
  PLACED: { events: { CMD_DOOR: DONE } }
  BOTH:
    regions:
      LEFT: { states: { L: {} } }
      RIGHT: { states: { R: {} } }
  DONE: { final: true }
";

fn pool(flow: &str) -> Sessions<Shop, (), Ports> {
    let (engine, _) = shop(Shop::default());
    Sessions::of_text(&engine, "flow.yaml", flow).unwrap().workers(2).start().unwrap()
}

#[test]
fn a_text_means_an_event_of_the_workflow_or_is_refused() {
    let pool = pool(FLOW);
    let event = |text: &str| pool.event(text).map(|name| name.to_string());
    for text in
        ["order placed", "ORDER-PLACED", "orderPlaced", " order_placed. ", "cmd order placed", "CMD_ORDER_PLACED"]
    {
        assert_eq!(event(text).unwrap(), "CMD_ORDER_PLACED", "{text}");
    }
    // Another kind is meant by its word, and a kind that is told is that kind.
    assert_eq!((event("rung").unwrap(), event("sig rung").unwrap()), ("EVT_RUNG".to_owned(), "EVT_RUNG".to_owned()));
    assert_eq!(
        (event("evt door").unwrap(), event("cmd-door").unwrap()),
        ("EVT_DOOR".to_owned(), "CMD_DOOR".to_owned())
    );
    let ambiguous = event("door").unwrap_err();
    assert_eq!(ambiguous.to_string(), "`door` may mean `CMD_DOOR` or `EVT_DOOR`: write which");
    // So are names that differ in their underscores; as they are written in the file they are told apart.
    assert!(matches!(event("a b"), Err(SessionError::AmbiguousEvent { .. })));
    assert_eq!((event("CMD_A__B").unwrap(), event("CMD_A_B").unwrap()), ("CMD_A__B".to_owned(), "CMD_A_B".to_owned()));
    let unknown = |text: &str| {
        let error = event(text).unwrap_err();
        assert!(matches!(error, SessionError::UnknownEvent { .. }), "{error}");
        error.to_string()
    };
    assert!(unknown("order plcaed").contains("did you mean `CMD_ORDER_PLACED`?"));
    assert!(unknown("cmd rung").contains("known"), "it is no command");
    assert!(unknown("chain done").contains("known"), "only the runtime tells it");
    assert!(unknown("evt chain done").contains("known"));
    assert!(unknown(" - ").contains("nothing follows") && unknown("ordér placed").contains("'é'"));
}

#[test]
fn emit_and_ask_take_what_was_looked_up_and_no_other_spelling() {
    let pool = pool(FLOW);
    pool.open("one", Shop::default()).unwrap();
    assert!(matches!(pool.emit("one", "order placed"), Err(SessionError::Emit { .. })));
    assert!(matches!(pool.ask("one", "cmd_door", json!(null)).wait(LONG), Err(SessionError::Emit { .. })));
    let (placed, door) = (pool.event("order placed").unwrap(), pool.event("cmd door").unwrap());
    pool.emit("one", &placed).unwrap();
    assert!(pool.ask("one", &door, json!(null)).wait(LONG).unwrap().is_in("DONE"));
}

#[test]
fn where_any_event_is_taken_a_text_is_a_command() {
    let pool = pool("states: { IDLE: { events: { '*': DONE } }, DONE: { final: true } }");
    assert_eq!(pool.event("whatever it is").unwrap().to_string(), "CMD_WHATEVER_IT_IS");
    assert!(pool.event("evt chain done").is_err() && pool.event("?").is_err());
}

#[test]
fn a_census_counts_by_state() {
    let pool = pool(FLOW);
    for number in 0..30 {
        let name = number.to_string();
        pool.open(&name, Shop::default()).unwrap();
        match number % 5 {
            0 => pool.emit(&name, "CMD_ORDER_PLACED").unwrap(),
            1 => pool.emit(&name, "CMD_BOTH").unwrap(),
            2 => pool.engine(&name).unwrap().bus().emit("SIG_RUNG").unwrap(),
            _ => {}
        }
    }
    assert!(pool.wait_until_idle(LONG));
    pool.cancel("0", "enough").unwrap();
    assert!(pool.wait_until_idle(LONG));
    let census = pool.census();
    assert_eq!((census.open, census.finished, census.cancelled), (30, 6, 1));
    let told = serde_json::to_value(&census).unwrap();
    assert_eq!(told["by_state"], json!({ "IDLE": 12, "PLACED": 6, "L": 6, "R": 6, "DONE": 6 }));
    pool.close("0").unwrap();
    assert_eq!(pool.census().by_state["PLACED"], 5);
}
