//! An end that is none: a chain that fails where no state is left that could hear of it.

use std::time::Duration;

use theus_core::workflow::sessions::SessionStatus;
use theus_core::workflow::{Position, Sessions, Status, VirtualClock, WorkflowError, WorkflowManager};

use crate::executor::block_on;

use super::workflow_world::{Desk, Shop, ShopEngine, desk, log, of, shop, shop_with};

const RECIPE: &str = "
process_recipes:
  add: { inputs: [{ field: n, max: 100, level: B }, { field: n, max: 1000, level: S }] }
";

/// Every way in which a step can fail, with a word of why.
const FAILING: [(&str, &str); 7] = [
    ("refuse", "too much"),
    ("{ run: add, with: { n: 500 } }", "audit blocked `add`"),
    ("burst", "panicked"),
    ("{ run: wait, timeout: 5s }", "not done in 5s"),
    ("{ run: add, with: { n: '${ domain.items[7] }' } }", "argument `n`"),
    ("{ run: ask, retry: { attempts: 2, backoff: 1s } }", "nobody answers"),
    ("{ parallel: [{ run: refuse }, { run: add, with: { n: 1 } }] }", "too much"),
];

/// The same steps as a file of nothing but steps, and as the chain of a final state.
fn flows(step: &str) -> [String; 3] {
    [
        format!("initialised: [domain.items]\nsteps: [a, {step}, b]\n"),
        format!(
            "initialised: [domain.items]\nstates: {{ E: {{ entry: [a, {step}, b], final: true, result: done }} }}\n"
        ),
        format!(
            "initialised: [domain.items]\nstates:\n  S: {{ always: E }}\n  E: {{ entry: [a, {step}, b], final: true, result: done }}\n"
        ),
    ]
}

fn on(engine: &ShopEngine, flow: &str) -> Desk {
    of(engine, flow).clock(VirtualClock::new())
}

fn reason(status: &Status) -> &str {
    match status {
        Status::Failed { reason } => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn where_the_last_chain_fails_the_workflow_has_failed() {
    for (step, why) in FAILING {
        for flow in flows(step) {
            let (engine, outside) = shop_with(Shop::default(), RECIPE);
            outside.refuse(100);
            let mut desk = on(&engine, &flow);
            let error = desk.run_until_final().unwrap_err();
            assert!(matches!(&error, WorkflowError::Failed { reason, .. } if reason.contains(why)), "{flow}{error}");
            assert!(error.handled().last().unwrap().failed, "{flow}");
            assert!(reason(&desk.status()).contains(why), "{flow}{:?}", desk.status());
            assert_eq!((log(&engine), desk.result()), (vec!["a".to_owned()], None), "{flow}");
            let trace = desk.trace().to_string();
            assert!(trace.lines().last().unwrap().contains("failed ") && !trace.contains("finished"), "{trace}");
            // It stays so, and takes nothing more.
            let again = desk.run_until_idle().unwrap_err().to_string();
            assert!(again.starts_with("the workflow `flow` failed in state ") && again.contains(why), "{again}");
        }
    }
}

#[test]
fn whoever_drives_it_is_told() {
    type Driver = fn(&mut Desk) -> Result<bool, WorkflowError>;
    let drivers: [Driver; 4] = [
        |desk| desk.run_until_idle().map(|_| true),
        |desk| desk.run_for(Duration::from_secs(1)).map(|_| true),
        |desk| desk.wait_for("RUN", Duration::from_secs(1)),
        |desk| {
            let sleep = VirtualClock::new();
            block_on(desk.drive(&sleep)).map(|_| true)
        },
    ];
    for drive in drivers {
        let (mut desk, ..) = desk("steps: [a, burst, b]");
        assert!(matches!(drive(&mut desk), Err(WorkflowError::Failed { handled, .. }) if handled.len() == 1));
    }
    // One event at a time: what it did is told first.
    let (mut desk, ..) = desk("steps: [a, burst, b]");
    assert!(desk.process_event().unwrap().unwrap().failed);
    assert!(matches!(desk.process_event(), Err(WorkflowError::Failed { .. })));
    assert!(matches!(desk.run(super::workflow_world::A {}), Err(WorkflowError::Failed { .. })));
}

#[test]
fn where_nothing_fails_it_has_finished() {
    for flow in flows("{ run: add, with: { n: 5 } }") {
        let (engine, _) = shop_with(Shop::default(), RECIPE);
        let mut desk = on(&engine, &flow);
        desk.run_until_final().unwrap();
        assert_eq!((desk.status(), log(&engine).len()), (Status::Finished, 2), "{flow}");
    }
}

#[test]
fn an_error_that_leads_elsewhere_is_no_failure_of_the_workflow() {
    let flow = "
states:
  S: { always: E }
  E: { entry: [a, { run: refuse, on_error: { TooMuch: OTHER } }], final: true }
  OTHER: { final: true }
";
    let (mut desk, ..) = desk(flow);
    desk.run_until_final().unwrap();
    assert_eq!((desk.status(), desk.state()), (Status::Finished, "OTHER"));
}

#[test]
fn a_limit_that_is_reached_in_the_last_chain_is_a_failure() {
    let flow = "limit: 20\ninitialised: [domain.open]\nsteps: [a, { flux: while, when: '!domain.open', do: [{ run: add, with: { n: 1 } }] }, b]\n";
    let (engine, _) = shop(Shop::default());
    let mut desk = on(&engine, flow);
    assert!(matches!(desk.run_until_final(), Err(WorkflowError::Endless { limit: 20, .. })));
    assert!(reason(&desk.status()).contains("20 moves and rounds"));
    assert!(matches!(desk.run_until_final(), Err(WorkflowError::Failed { .. })));
}

#[test]
fn a_halt_in_the_last_chain_is_a_failure_and_the_reset_does_not_hide_it() {
    let (engine, _) = shop_with(Shop::default(), RECIPE);
    let mut desk = on(&engine, "steps: [a, { run: add, with: { n: 5000 } }, b]");
    assert!(desk.run_until_final().is_err());
    engine.reset_interlock("R. Lee", "looked into it").unwrap();
    assert!(matches!(desk.run_until_final(), Err(WorkflowError::Failed { .. })), "{:?}", desk.status());
    assert_eq!(log(&engine), ["a"]);
}

#[test]
fn what_the_last_chain_had_committed_is_made_good_first() {
    let flow =
        "steps: [{ run: charge, with: { amount: 10 }, compensate: { run: refund, with: { amount: 10 } } }, burst]";
    let (mut desk, engine, ..) = desk(flow);
    assert!(desk.run_until_final().is_err());
    assert_eq!(log(&engine), ["charge 10", "refund 10"]);
    assert!(reason(&desk.status()).contains("burst"));
}

#[test]
fn a_failure_survives_a_restart() {
    let (mut before, engine, ..) = desk("steps: [a, burst, b]");
    assert!(before.run_until_final().is_err());
    let stored = serde_json::to_string(&before.position()).unwrap();
    let position: Position = serde_json::from_str(&stored).unwrap();
    let after = WorkflowManager::restore(&engine, before.shared_definition(), &position).unwrap();
    assert_eq!(after.status(), before.status());
    assert!(after.emit("EVT_CHAIN_DONE").unwrap_err().to_string().contains("has failed in RUN"));
}

#[test]
fn a_session_of_a_pool_that_fails_is_told_apart_from_one_that_finishes() {
    let (engine, _) = shop(Shop::default());
    let flow = "initialised: [domain.open]\nsteps: [a, { flux: if, when: domain.open, then: [burst], else: [b] }]\n";
    let pool = Sessions::of_text(&engine, "flow.yaml", flow).unwrap().stepped(1).start().unwrap();
    pool.open("bad", Shop { open: true, ..Shop::default() }).unwrap();
    pool.open("good", Shop::default()).unwrap();
    pool.step_until_idle(1_000);
    assert!(matches!(pool.status("bad").unwrap(), SessionStatus::Failed { reason } if reason.contains("burst")));
    assert_eq!(pool.status("good").unwrap(), SessionStatus::Finished);
    assert!(pool.status("bad").unwrap().is_over());
    let census = pool.census();
    assert_eq!((census.finished, census.failed), (1, 1));
}

#[test]
fn a_failure_that_nobody_hears_is_told_where_a_state_could_still_go_on() {
    for (step, _) in FAILING {
        let flow = format!(
            "external: [CMD_GO]\ninitialised: [domain.items]\nstates:\n  S: {{ entry: [a, {step}, b], events: {{ CMD_GO: E }} }}\n  E: {{ final: true }}\n"
        );
        let (engine, outside) = shop_with(Shop::default(), RECIPE);
        outside.refuse(100);
        let mut desk = on(&engine, &flow);
        let error = desk.run_until_final().unwrap_err();
        assert!(matches!(&error, WorkflowError::Idle { hint, .. } if hint.contains("had failed")), "{flow}{error}");
        assert!(error.handled()[0].failed && desk.trace().to_string().contains("chain failed"));
    }
}

#[test]
fn a_command_that_fails_says_so_itself() {
    let (engine, _) = shop_with(Shop::default(), RECIPE);
    let mut desk = on(&engine, "external: [CMD_GO]\nstates: { S: { events: { CMD_GO: E } }, E: { final: true } }");
    let report = desk.run(super::workflow_world::Add { n: 500 }).unwrap();
    assert!(report.result.is_err());
    assert_eq!(desk.status(), Status::Running);
    assert!(matches!(desk.run_until_final(), Err(WorkflowError::Idle { .. })));
}
