//! What each level does to the run.

use serde_json::{Value, json};

use crate::fixture::Fixture;

fn action(reading: u64, value: f64, level: &str) -> Value {
    json!({
        "reading": reading, "timestamp": format!("t{reading}"), "value": value,
        "level": level, "process": "record_reading", "rule": "domain.temperature min 45",
    })
}

fn guarded(level: &str) -> Value {
    let rule = format!("{{ field: domain.temperature, min: 45, level: {level}, max_threshold: 2 }}");
    Fixture::readings(&[70.0, 40.0, 70.0, 41.0, 70.0, 42.5]).rule(&rule).guarded()
}

#[test]
fn level_s_stops_the_machine() {
    let expected = json!({
        "readings": 4, "committed": 3, "rejected": 1, "violations": 2, "warnings": 1,
        "actions": [action(4, 41.0, "S")], "final_state": "RUNNING", "halted": true, "status": "halted",
    });
    assert_eq!(guarded("S"), expected);
}

#[test]
fn level_a_ends_the_workflow_and_the_engine_is_not_halted() {
    let expected = json!({
        "readings": 4, "committed": 3, "rejected": 1, "violations": 2, "warnings": 1,
        "actions": [action(4, 41.0, "A")], "final_state": "RUNNING", "halted": false, "status": "aborted",
    });
    assert_eq!(guarded("A"), expected);
}

#[test]
fn level_b_refuses_the_reading_and_goes_on() {
    let expected = json!({
        "readings": 6, "committed": 5, "rejected": 1, "violations": 3, "warnings": 2,
        "actions": [action(4, 41.0, "B")], "final_state": "RUNNING", "halted": false, "status": "running",
    });
    assert_eq!(guarded("B"), expected);
}

#[test]
fn level_c_is_recorded_only() {
    let expected = json!({
        "readings": 6, "committed": 6, "rejected": 0, "violations": 3, "warnings": 2,
        "actions": [action(4, 41.0, "C")], "final_state": "RUNNING", "halted": false, "status": "running",
    });
    assert_eq!(guarded("C"), expected);
}

#[test]
fn below_min_threshold_nothing_is_warned() {
    let rule = "{ field: domain.temperature, min: 45, level: C, min_threshold: 3, max_threshold: 4 }";
    let summary = Fixture::readings(&[1.0, 2.0, 3.0, 4.0, 5.0]).rule(rule).guarded();
    assert_eq!((&summary["violations"], &summary["warnings"]), (&json!(5), &json!(1)));
    assert_eq!(summary["actions"][0]["reading"], 4);
}

#[test]
fn a_refused_last_reading_leaves_the_workflow_in_doubt() {
    let summary = Fixture::readings(&[70.0, 40.0]).rule("{ field: domain.temperature, min: 45 }").guarded();
    assert_eq!((&summary["final_state"], &summary["rejected"]), (&json!("SUSPECT"), &json!(1)));
    let summary = Fixture::readings(&[40.0]).rule("{ field: domain.temperature, min: 45 }").guarded();
    assert_eq!((&summary["final_state"], &summary["committed"]), (&json!("SUSPECT"), &json!(0)));
}

#[test]
fn a_rule_of_a_later_step_counts_and_acts_though_the_reading_was_recorded() {
    let recipe = |level: &str| {
        format!(
            "process_recipes: {{ decide_mode: {{ inputs: [ {{ field: domain.window.mean, max: 80, level: {level} }} ] }} }}"
        )
    };
    let readings = || Fixture::readings(&[70.0, 100.0, 70.0, 40.0]);
    let blocked = readings().with("audit.yaml", &recipe("B")).guarded();
    assert_eq!(
        (&blocked["readings"], &blocked["committed"], &blocked["violations"]),
        (&json!(4), &json!(4), &json!(1))
    );
    let action = &blocked["actions"][0];
    assert_eq!(
        (&action["reading"], &action["value"], &action["process"]),
        (&json!(2), &json!(100.0), &json!("decide_mode"))
    );
    assert_eq!(action["rule"], "domain.window.mean max 80");
    let stopped = readings().with("audit.yaml", &recipe("S")).guarded();
    assert_eq!((&stopped["readings"], &stopped["committed"], &stopped["halted"]), (&json!(2), &json!(2), &json!(true)));
    assert_eq!(stopped["final_state"], "ASSESSING");
    let aborted = readings().with("audit.yaml", &recipe("A")).guarded();
    assert_eq!(
        (&aborted["readings"], &aborted["halted"], &aborted["status"]),
        (&json!(2), &json!(false), &json!("aborted"))
    );
}

#[test]
fn what_is_not_finite_satisfies_no_bound_and_is_no_number_in_json() {
    let rows = "timestamp,value\nt1,70\nt2,NaN\nt3,70\nt4,inf\n";
    let fixture = Fixture::new().with("in.csv", rows).rule("{ field: domain.temperature, max: 90, level: C }");
    let summary = fixture.guarded();
    assert_eq!((&summary["committed"], &summary["violations"]), (&json!(4), &json!(2)));
    assert_eq!(summary["actions"][0]["value"], Value::Null);
    assert_eq!((&summary["actions"][1]["reading"], &summary["actions"][1]["value"]), (&json!(4), &Value::Null));
    // Statistics cannot be made of it: that step's own error, which stops nothing.
    assert_eq!(summary["final_state"], "SUSPECT");
}

#[test]
fn a_workflow_of_ones_own_can_come_to_a_final_state() {
    let workflow = "states:\n  ON: { events: { SIG_READING: CHECK } }\n  CHECK: { entry: [update_statistics, decide_mode], \
                    events: { SIG_STEADY: ON, SIG_OVERHEAT: OFF } }\n  OFF: {}\n";
    let fixture = Fixture::readings(&[70.0, 90.0, 200.0, 70.0]).with("flow.yaml", workflow);
    let ran = fixture.run(&["--json", "--input", "in.csv", "--workflow", "flow.yaml", "--recipe", "none.yaml"]);
    assert_eq!(ran.code, 2, "a recipe that is not there is no recipe at all: {}", ran.err);
    let fixture = fixture
        .with("none.yaml", "process_recipes: { record_reading: { inputs: [ { field: timestamp, min_len: 1 } ] } }");
    let summary =
        fixture.run(&["--json", "--input", "in.csv", "--workflow", "flow.yaml", "--recipe", "none.yaml"]).json();
    let ended = (&summary["readings"], &summary["final_state"], &summary["status"], &summary["halted"]);
    assert_eq!(ended, (&json!(3), &json!("OFF"), &json!("finished"), &json!(false)));
}
