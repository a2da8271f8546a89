//! What the levels and a workflow of one's own do to the run.

use serde_json::{Value, json};

use crate::fixture::Fixture;

fn stopped(level: &str) -> Value {
    Fixture::rule(&format!("{{ field: amount, max: 2000.00, level: {level}, max_threshold: 3 }}")).audited(4_000, 7)
}

#[test]
fn level_s_halts_the_bank_and_level_a_ends_its_workflow() {
    for (level, halted, status) in [("S", true, "halted"), ("A", false, "aborted")] {
        let summary = stopped(level);
        assert_eq!((&summary["halted"], &summary["status"]), (&json!(halted), &json!(status)));
        assert_eq!((&summary["blocked"], &summary["final_state"]), (&json!(1), &json!("OPEN")));
        assert_eq!(summary["rules"][0]["found"], 3);
        let parts = ["committed", "blocked", "declined"].map(|key| summary[key].as_u64().unwrap());
        let tried = summary["transfers"].as_u64().unwrap();
        assert!(parts.iter().sum::<u64>() == tried && tried < 4_000, "{summary}");
        assert_eq!((&summary["total_before"], &summary["ledger_verified"]), (&summary["total_after"], &json!(true)));
    }
}

#[test]
fn level_c_refuses_nobody() {
    let summary = stopped("C");
    assert_eq!((&summary["blocked"], &summary["transfers"]), (&json!(0), &json!(4_000)));
    assert!(summary["rules"][0]["acted"].as_u64().unwrap() > 10);
}

#[test]
fn a_step_of_the_workflow_can_halt_it_too() {
    let recipe =
        "process_recipes: { reconcile: { outputs: [ { field: domain.books.counted, max: 0.00, level: S } ] } }";
    let summary = Fixture::new().with("audit.yaml", recipe).audited(4_000, 7);
    let found = (&summary["transfers"], &summary["blocked"], &summary["final_state"], &summary["halted"]);
    assert_eq!(found, (&json!(2_000), &json!(0), &json!("RECONCILING"), &json!(true)), "at the end of the first day");
}

#[test]
fn a_refused_step_suspends_the_bank() {
    let recipe =
        "process_recipes: { reconcile: { outputs: [ { field: domain.books.counted, max: 0.00, level: B } ] } }";
    let summary = Fixture::new().with("audit.yaml", recipe).audited(4_000, 7);
    let found = (&summary["transfers"], &summary["final_state"], &summary["status"], &summary["days"]);
    assert_eq!(found, (&json!(2_000), &json!("SUSPENDED"), &json!("finished"), &json!(1)));
}

#[test]
fn a_workflow_without_days_and_reviews_is_one_long_day() {
    let workflow = "external: [CMD_NEVER]\nstates:\n  OPEN: { events: { CMD_NEVER: SHUT } }\n  SHUT: { final: true }\n";
    let fixture = Fixture::new().with("flow.yaml", workflow);
    let ran = fixture.run(&["--json", "--transfers", "3000", "--workflow", "flow.yaml"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let summary = ran.json();
    assert_eq!((&summary["days"], &summary["frozen"], &summary["status"]), (&json!(1), &json!(0), &json!("running")));
    assert_eq!((&summary["transfers"], &summary["total_before"]), (&json!(3_000), &summary["total_after"]));
}

#[test]
fn a_workflow_can_end_at_the_first_refusal() {
    let workflow = "states:\n  ON: { events: { EVT_CHAIN_FAIL: OFF } }\n  OFF: {}\n";
    let fixture = Fixture::new().with("flow.yaml", workflow);
    let summary = fixture.run(&["--json", "--workflow", "flow.yaml"]).json();
    assert_eq!((&summary["status"], &summary["final_state"]), (&json!("finished"), &json!("OFF")));
    assert_eq!(summary["blocked"].as_u64().unwrap() + summary["declined"].as_u64().unwrap(), 1, "{summary}");
}
