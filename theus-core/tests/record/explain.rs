//! What the rules would say, without counting.

use theus_core::RunError;
use theus_core::audit::{Action, Would};
use theus_core::prelude::*;

use crate::oven::{Heat, Note, Oven, at_most, engine};

const RECIPE: &str = "process_recipes:
  heat:
    inputs:
      - { field: to, max: 100, level: A, message: \"too much\" }
    outputs:
      - { field: domain.temperature, max: 90, level: S, min_threshold: 2, max_threshold: 3, reset_on_success: true }
  note:
    outputs:
      - { field: local.steps, max: 1 }
      - { field: domain.note, max_len: 3, level: C }
";

#[test]
fn the_table_shows_gates_rules_counters_values_and_lines() {
    let engine = engine(RECIPE);
    assert!(engine.run(Heat { to: 95.0 }).is_ok());
    let explanation = engine.explain(&Heat { to: 120.0 }).unwrap();
    assert_eq!(
        format!("\n{explanation}"),
        "
`heat` at version 1: 2 rules
gate    rule                       level  count                  value  would be          where
input   to max 100                 A      0 of 1                 120.0  aborted           audit.yaml:4:22
output  domain.temperature max 90  S      1 of 3 (warns from 2)  95.0   known in the run  audit.yaml:6:38"
    );
    assert_eq!(explanation.refusal(), Some(Action::Aborted));
    let error = engine.run(Heat { to: 120.0 }).unwrap_err();
    let (account, violation) = (&explanation.rules[0], &error.violations()[0]);
    assert_eq!(account.metadata, *violation.metadata, "a refusal carries the same account");
    assert_eq!((account.value.as_ref(), &account.message), (Some(&violation.value), &violation.message));
}

#[test]
fn what_is_known_only_in_the_run_is_said_to_be_so() {
    let engine = engine(RECIPE);
    let explanation = engine.explain(&Note {}).unwrap();
    let seen: Vec<_> = explanation.rules.iter().map(|rule| (rule.rule.as_str(), rule.would)).collect();
    assert_eq!(seen, [("local.steps max 1", Would::Unknown), ("domain.note max_len 3", Would::Unknown)]);
    assert_eq!(explanation.rules[0].value, None);
    assert_eq!(explanation.refusal(), None);
}

#[test]
fn explaining_never_counts_or_records() {
    let engine = engine(&at_most("max: 90, level: S, max_threshold: 2, reset_on_success: true"));
    assert!(engine.run(Heat { to: 95.0 }).is_ok());
    let before = (engine.audit_records(), engine.status());
    for to in [95.0, 20.0, f64::NAN] {
        for _ in 0..10 {
            assert_eq!(engine.explain(&Heat { to }).unwrap().rules[0].count, 1);
        }
    }
    assert_eq!((engine.audit_records(), engine.status()), before);
    assert!(engine.run(Heat { to: 95.0 }).is_err(), "the second violation, and not the thirty-second");
}

#[test]
fn a_halted_engine_and_a_process_without_rules_are_explained_too() {
    let engine = engine(&at_most("max: 90, level: S"));
    assert!(engine.run(Heat { to: 95.0 }).is_err());
    let explanation = engine.explain(&Note {}).unwrap();
    assert!(explanation.rules.is_empty());
    let halted = "`note` at version 0: 0 rules; the engine is halted, interlocked by `heat` at its output gate: ";
    assert!(explanation.to_string().starts_with(halted), "{explanation}");
    assert_eq!(explanation.refusal(), Some(Action::Interlocked), "every run of a halted engine is refused");
    assert!(engine.run(Note {}).is_err());
    engine.reset_interlock("R. Lee", "checked the valve").unwrap();
    assert_eq!(engine.explain(&Note {}).unwrap().refusal(), None);
    assert!(engine.run(Note {}).is_ok());
    let other = Engine::builder(Oven::default()).build().unwrap();
    assert!(matches!(other.explain(&Note {}), Err(RunError::Unregistered { process: "note" })));
}

#[test]
fn what_the_input_gate_refuses_never_comes_to_the_output_gate() {
    let recipe = "process_recipes:
  note:
    inputs: [ { field: domain.temperature, min: 5, level: B } ]
    outputs: [ { field: domain.temperature, min: 5, level: S } ]
";
    let engine = engine(recipe);
    let explanation = engine.explain(&Note {}).unwrap();
    assert_eq!(explanation.rules[1].would, Would::Violate(Action::Interlocked), "if it came to that");
    assert_eq!(explanation.refusal(), Some(Action::Blocked));
    assert_eq!(engine.run(Note {}).unwrap_err().violations().len(), 1);
    assert!(engine.interlock().is_none());
}

#[test]
fn an_explanation_is_data() {
    let engine = engine(RECIPE);
    let json = serde_json::to_value(engine.explain(&Heat { to: 120.0 }).unwrap()).unwrap();
    let rule = &json["rules"][0];
    let metadata = [&rule["process"], &rule["gate"], &rule["rule"], &rule["source"], &rule["value"], &rule["count"]];
    let expected = serde_json::json!(["heat", "input", "to max 100", "audit.yaml:4:22", "120.0", 0]);
    assert_eq!(serde_json::to_value(metadata).unwrap(), expected);
    assert_eq!(rule["would"], serde_json::json!({ "violate": "aborted" }));
}
