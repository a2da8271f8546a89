//! Events that are deferred, in a store: whenever the program ends, each is handled once.

use theus_core::prelude::*;
use theus_core::store::MemoryStore;
use theus_core::workflow::{Progress, WorkflowManager};

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Till {
    paid: Vec<i64>,
}

type App = Ctx<Till>;
type Flow = WorkflowManager<Till>;

#[process(inputs = [domain.paid], outputs = [domain.paid])]
fn pay(ctx: App, amount: i64) {
    ctx.domain.paid.push(amount);
}

const FLOW: &str = "
external: [CMD_OPEN, CMD_PAY]
states:
  SHUT: { defer: CMD_PAY, events: { CMD_OPEN: OPEN } }
  OPEN:
    entry: { run: pay, with: { amount: 0 } }
    always: { to: END, when: size(domain.paid) > 3 }
    events: { CMD_PAY: { steps: [{ run: pay, with: { amount: '${ event.amount }' } }] } }
  END: { final: true }
";

fn life(store: &MemoryStore) -> Flow {
    let engine = Engine::builder(Till::default()).process::<Pay>().store(store.clone()).build().unwrap();
    WorkflowManager::from_text(&engine, "till.yaml", FLOW).unwrap().hydrate().unwrap()
}

/// Runs to its end, in a new life after so many steps: how many there were, and what was paid.
fn run(ends_after: Option<usize>) -> (usize, Vec<i64>, String) {
    let mut store = MemoryStore::new();
    let mut till = life(&store);
    let (mut count, mut sent) = (0, 0);
    loop {
        match till.advance().unwrap() {
            Progress::Idle { .. } if sent < 3 => {
                sent += 1;
                till.emit_with("CMD_PAY", serde_json::json!({ "amount": sent })).unwrap();
            }
            Progress::Idle { .. } => till.emit("CMD_OPEN").unwrap(),
            Progress::Over => break,
            _ => {}
        }
        count += 1;
        assert!(count < 200, "it goes on for ever");
        if Some(count) == ends_after {
            // The plug is pulled: what was not written is gone.
            let copy = store.copy();
            drop(till);
            store = copy;
            till = life(&store);
        }
    }
    let state = till.engine().snapshot().unwrap().to_context();
    (count, state.paid, till.state().to_owned())
}

#[test]
fn each_is_handled_once_and_in_order_whenever_the_program_ends() {
    let (count, paid, state) = run(None);
    assert_eq!((paid.as_slice(), state.as_str()), (&[0, 1, 2, 3][..], "END"));
    assert!(count > 8);
    for after in 1..count {
        let (_, again, state) = run(Some(after));
        assert_eq!((again, state.as_str()), (paid.clone(), "END"), "after {after} of {count}");
    }
}
