//! A step of a workflow that a rule refuses is refused once, wherever the program is killed.

use theus_core::prelude::*;
use theus_core::store::{Fault, MemoryStore};
use theus_core::workflow::WorkflowError;

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Till {
    spent: u64,
    cmd_go: bool,
}

#[process(inputs = [domain.spent], outputs = [domain.spent])]
fn spend(ctx: Ctx<Till>) {
    *ctx.domain.spent += 1;
}

const FLOW: &str = "
name: till
states:
  OPEN: { events: { CMD_GO: SPENDING } }
  SPENDING: { entry: spend, events: { EVT_CHAIN_DONE: OPEN, EVT_CHAIN_FAIL: WARY } }
  WARY: { events: { CMD_GO: SPENDING } }
";
/// Every third one is refused. Counted once too often, another one would be.
const RECIPE: &str =
    "process_recipes: { spend: { outputs: [ { field: domain.spent, max: 0, level: B, max_threshold: 3 } ] } }";

/// What has come of it, where it came to its end.
#[derive(Debug, PartialEq)]
struct Outcome {
    spent: u64,
    state: String,
    violations: usize,
}

fn play(store: &MemoryStore) -> Result<Outcome, Box<dyn std::error::Error>> {
    let engine = Engine::builder(Till::default()).process::<Spend>().recipe("audit.yaml", RECIPE)?;
    let engine = engine.store(store.clone()).build()?;
    let mut till = WorkflowManager::from_text(&engine, "till.yaml", FLOW)?.hydrate()?;
    let settle = |till: &mut WorkflowManager<Till>| -> Result<(), WorkflowError> { till.run_until_idle().map(drop) };
    settle(&mut till)?;
    for request in 0..8 {
        engine.emit_once(&format!("request {request}"), "CMD_GO")?;
        settle(&mut till)?;
    }
    let records = engine.stored_ledger(1, 1_000)?;
    let violations = records.iter().filter(|record| record.violation().is_some()).count();
    Ok(Outcome { spent: *engine.snapshot()?.spent, state: till.state().to_owned(), violations })
}

#[test]
fn wherever_it_is_killed_what_was_refused_is_not_judged_again() {
    let store = MemoryStore::new();
    let unbroken = play(&store).unwrap();
    assert_eq!(unbroken, Outcome { spent: 6, state: "OPEN".to_owned(), violations: 8 });
    let calls = store.calls();
    for k in 1..=calls {
        let store = MemoryStore::new();
        // From then on nothing reaches the disk: the plug is pulled.
        (k..k + 2_000).for_each(|call| store.fail(call, Fault::Unavailable));
        assert!(play(&store).is_err(), "call {k}");
        assert_eq!(play(&store.copy()).unwrap(), unbroken, "killed at call {k} of {calls}");
    }
}
