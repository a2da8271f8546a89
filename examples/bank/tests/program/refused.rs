//! What is wrong with what the user gave: exit code 2, and the place.

use crate::fixture::{Fixture, Ran};

#[test]
fn a_wrong_recipe_is_shown_with_line_caret_and_suggestion() {
    let fixture = Fixture::rule("{ field: amuont, max: 45 }");
    let ran = fixture.run(&["--recipe", "audit.yaml"]);
    let expected = "\
error[R014]: `transfer` has no argument `amuont`
 --> audit.yaml:4:18
  |
4 |       - { field: amuont, max: 45 }
  |                  ^^^^^^
  |
  = help: did you mean `amount`?
";
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (2, "", expected));
    let ran = fixture.run(&["--json", "--recipe", "audit.yaml"]);
    assert_eq!((ran.code, &ran.json()["status"], &ran.json()["transfers"]), (2, &"not_started".into(), &0.into()));
    for (recipe, place) in [
        ("process_recipes: { transfr: { inputs: [] } }", "audit.yaml:1:20"),
        ("process_recipes: { transfer: { inputs: [ { field: amount, max: much } ] } }", "audit.yaml:1:64"),
        ("process_recipes: { transfer: { outputs: [ { field: domain.books.diff, eq: 0 } ] } }", "audit.yaml:1:52"),
        ("process_recipes: [", "audit.yaml:1:"),
    ] {
        let ran = Fixture::new().with("audit.yaml", recipe).run(&["--recipe", "audit.yaml"]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains(place), "{place}: {}", ran.err);
    }
}

#[test]
fn a_wrong_workflow_is_shown_with_its_place() {
    let workflow = "states:\n  ON:\n    entry: revew\n    events: { SIG_SUSPICION: OFF }\n";
    let ran = Fixture::new().with("flow.yaml", workflow).run(&["--workflow", "flow.yaml"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    for words in ["flow.yaml:3:12", "did you mean `review`?", "flow.yaml:4:", "unknown state `OFF`"] {
        assert!(ran.err.contains(words), "{words}: {}", ran.err);
    }
}

#[test]
fn a_workflow_that_chases_itself_is_told_and_what_came_before_is_reported() {
    let workflow = "initialised: [domain.watch.frozen_today]\nstates:\n  OPEN: { events: { SIG_SUSPICION: CHASE } }\n  CHASE: { entry: review, events: { EVT_CHAIN_DONE: CHASE, EVT_CHAIN_FAIL: OPEN } }\n";
    let fixture = Fixture::new().with("flow.yaml", workflow);
    let ran = fixture.run(&["--json", "--workflow", "flow.yaml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.starts_with("error: the workflow `flow` handled"), "{}", ran.err);
    let summary = ran.json();
    assert!(summary["committed"].as_u64().unwrap() > 0, "{summary}");
    assert_eq!((&summary["total_before"], &summary["final_state"]), (&summary["total_after"], &"CHASE".into()));
    let ran = fixture.run(&["--workflow", "flow.yaml"]);
    assert!(ran.out.contains("BROKEN OFF on day 1") && ran.code == 2, "{}", ran.out);
}

#[test]
fn a_missing_file_is_told_by_its_name() {
    for option in ["--recipe", "--workflow"] {
        let ran = Fixture::new().run(&[option, "gone.yaml"]);
        let expected = "error[Y001]: cannot read `gone.yaml`: No such file or directory (os error 2)\n";
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (2, "", expected));
    }
    let ran = Fixture::new().run(&["--ledger", "gone/audit.jsonl"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.starts_with("error: the ledger `gone/audit.jsonl"), "{}", ran.err);
}

#[test]
fn a_wrong_option_is_told() {
    for arguments in [&["--jsom"][..], &["--seed", "x"], &["--transfers", "-1"], &["in.csv"]] {
        let ran = Fixture::new().run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.contains("--help"), "{}", ran.err);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    for arguments in [&["--transfers", "10"][..], &["--transfers", "10", "--json"], &["--help"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = Ran::of(Fixture::new().command(arguments).stdout(writer).output().unwrap());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{arguments:?}");
    }
}
