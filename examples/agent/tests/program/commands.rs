//! `check` and `graph`, as every program of Theus serves them.

use crate::fixture::{Fixture, Ran};

const RECIPE: &str = include_str!("../../../../workflows/agent/audit.yaml");
const WORKFLOW: &str = include_str!("../../../../workflows/agent/workflow.yaml");

fn run(recipe: &str, workflow: &str, arguments: &[&str]) -> Ran {
    Fixture::new().with("audit.yaml", recipe).with("flow.yaml", workflow).run(arguments)
}

#[test]
fn its_own_files_are_clean() {
    let ran = run(RECIPE, WORKFLOW, &["check", "audit.yaml", "flow.yaml"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    // What becomes of the saga on each way out of it, and the sum.
    let (sagas, sum) = ran.out.trim_end().rsplit_once('\n').unwrap();
    assert_eq!(sum, "checked 1 recipe and 1 workflow: no errors, no warnings");
    let stays: Vec<&str> = sagas.lines().filter(|line| !line.ends_with(": undone")).collect();
    assert_eq!(stays, ["agent: saga TASK: EVT_CHAIN_DONE -> DONE: stays"], "{sagas}");
}

#[test]
fn the_exit_code_tells_errors_from_warnings() {
    // What is doubtful is an error in a strict file, and a warning in others.
    let lost = format!("{WORKFLOW}\n  LOST:\n    final: true\n");
    let ran = run(RECIPE, &lost, &["check", "audit.yaml", "flow.yaml"]);
    assert!(ran.code == 1 && ran.out.ends_with("1 error, no warnings\n") && ran.err.contains("`LOST`"), "{}", ran.err);
    let ran = run(RECIPE, &lost.replace("strict: true", "strict: false"), &["check", "audit.yaml", "flow.yaml"]);
    assert!(ran.code == 2 && ran.out.ends_with("no errors, 1 warning\n") && ran.err.contains("`LOST`"), "{}", ran.err);
}

#[test]
fn a_chart_is_drawn_of_a_file_as_of_the_one_that_is_built_in() {
    let drawn = run(RECIPE, WORKFLOW, &["graph", "flow.yaml", "dot"]);
    let own = Fixture::new().run(&["--diagram", "dot"]);
    assert_eq!((drawn.code, drawn.out.trim_end()), (0, own.out.trim_end()));
}
