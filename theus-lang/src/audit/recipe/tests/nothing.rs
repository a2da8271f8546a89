//! Files that say nothing: what is forgotten is refused, what is empty on purpose is told.

use super::*;

#[test]
fn what_is_empty_on_purpose_loads_and_is_told() {
    for (yaml, width) in [("process_recipes: {}\n", 15), ("invariants: []\n", 10)] {
        assert_eq!(rules(yaml), [""; 0], "{yaml}");
        let warnings = warned(yaml);
        let (line, marked) = (yaml.trim_end(), "^".repeat(width));
        assert_eq!(
            warnings,
            format!(
                "
warning[R104]: the file has no rules: everything passes
 --> r.yaml:1:1
  |
1 | {line}
  | {marked}
  |
  = help: give it rules, or remove it
"
            )
        );
    }
    let both = warned("defaults: { level: C }\nprocess_recipes: {}\ninvariants: []\n");
    assert!(both.starts_with("\nwarning[R104]: the file has no rules: everything passes\n --> r.yaml:2:1\n"), "{both}");
    assert_eq!(both.matches("warning").count(), 1, "once a file");
}

#[test]
fn an_empty_part_beside_rules_is_nothing_to_tell() {
    let invariant = "[{ field: domain.total, min: 0 }]";
    for yaml in [
        &format!("process_recipes: {{}}\ninvariants: {invariant}\n"),
        "invariants: []\nprocess_recipes: { refund: { outputs: [{ field: domain.total, min: 0 }] } }\n",
    ] {
        assert_eq!((rules(yaml).is_empty(), warned(yaml).as_str()), (false, ""), "{yaml}");
    }
}

#[test]
fn each_of_several_files_is_told_for_itself() {
    let rule = "invariants: [{ field: domain.total, min: 0 }]\n";
    let recipe = load_all(&[rule, "process_recipes: {}\n"]).unwrap();
    let told: Vec<_> = recipe.warnings().iter().map(|it| (it.code, it.file.as_str(), it.line, it.column)).collect();
    assert_eq!(told, [(Some("R104"), "2.yaml", 1, 1)]);
}

#[test]
fn defaults_without_an_entry_are_refused() {
    assert_eq!(
        refused("defaults: { level: C }\n"),
        "
error[R001]: the file has `defaults` and no rules that they could be for
 --> r.yaml:1:1
  |
1 | defaults: { level: C }
  | ^^^^^^^^
  |
  = help: write `process_recipes:` and under it the name of a process with its `inputs` and `outputs`; \
`process_recipes: {}` where there are to be none
"
    );
}

#[test]
fn invariants_that_are_forgotten_are_refused() {
    assert_eq!(
        refused("invariants:\n"),
        "
error[R001]: `invariants` has no rules
 --> r.yaml:1:1
  |
1 | invariants:
  | ^^^^^^^^^^
  |
  = help: begin each entry with `- field:`; `invariants: []` where there are to be none
"
    );
}
