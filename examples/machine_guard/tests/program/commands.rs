//! `check` and `graph`, as every program of Theus serves them.

use crate::fixture::Fixture;

const RECIPE: &str = include_str!("../../../../workflows/machine_guard/audit.yaml");
const WORKFLOW: &str = include_str!("../../../../workflows/machine_guard/workflow.yaml");

#[test]
fn its_own_files_are_clean_and_a_wrong_one_is_not() {
    let fixture = Fixture::new().with("audit.yaml", RECIPE).with("flow.yaml", WORKFLOW);
    let ran = fixture.run(&["check", "audit.yaml", "flow.yaml"]);
    let summary = "checked 1 recipe and 1 workflow: no errors, no warnings\n";
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, summary, ""));
    let fixture = fixture.with("flow.yaml", &WORKFLOW.replace("run: drive_actuator", "run: drive_actuater"));
    let ran = fixture.run(&["check", "audit.yaml", "flow.yaml"]);
    assert!(ran.code == 1 && ran.out.ends_with(": 3 errors, no warnings\n"), "{}", ran.out);
    assert_eq!(ran.err.matches("did you mean `drive_actuator`?").count(), 3, "{}", ran.err);
}

#[test]
fn its_workflow_has_a_chart() {
    let fixture = Fixture::new().with("flow.yaml", WORKFLOW);
    for (format, begin) in [("mermaid", "stateDiagram-v2"), ("dot", "digraph"), ("svg", "<svg")] {
        let ran = fixture.run(&["graph", "flow.yaml", format]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        assert!(ran.out.trim_start().starts_with(begin) && ran.out.contains("COOLING"), "{}", ran.out);
    }
}
