//! `check` and `graph`, as every program of Theus serves them.

use crate::fixture::Fixture;

const RECIPE: &str = include_str!("../../../../workflows/bank/audit.yaml");
const WORKFLOW: &str = include_str!("../../../../workflows/bank/workflow.yaml");

fn files() -> Fixture {
    Fixture::new().with("audit.yaml", RECIPE).with("flow.yaml", WORKFLOW)
}

#[test]
fn its_own_files_are_clean() {
    let ran = files().run(&["check", "audit.yaml", "flow.yaml"]);
    let summary = "checked 1 recipe and 1 workflow: no errors, no warnings\n";
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, summary, ""));
}

#[test]
fn a_branch_of_the_bank_is_checked_over_the_whole_banks_rules() {
    let branch = "process_recipes: { transfer: { inputs: [ { field: amuont, max: 10.00 } ] } }\n";
    let ran = files().with("branch.yaml", branch).run(&["check", "audit.yaml", "branch.yaml"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, "checked 1 recipe of 2 layers: 1 error, no warnings\n"));
    assert!(ran.err.contains("branch.yaml:1:") && ran.err.contains("did you mean `amount`?"), "{}", ran.err);
    let mended = branch.replace("amuont", "amount");
    let ran = files().with("branch.yaml", &mended).run(&["check", "audit.yaml", "branch.yaml"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}

#[test]
fn its_workflow_has_a_chart() {
    let ran = files().run(&["graph", "flow.yaml"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    for words in ["stateDiagram-v2", "OPEN", "CLOSED"] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
}
