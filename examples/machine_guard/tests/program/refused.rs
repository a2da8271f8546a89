//! What is wrong with what the user gave: exit code 2, the place, and what was done before it.

use serde_json::{Value, json};

use crate::fixture::{Fixture, Ran};

const RULE: &str = "{ field: domain.temperature, min: 45, level: C }";

fn broken() -> Fixture {
    Fixture::new().with("in.csv", "timestamp,value\nt1,70\nt2,40\nt3,seventy\nt4,70\n").rule(RULE)
}

#[test]
fn a_malformed_row_is_told_and_what_came_before_is_reported() {
    let ran = broken().run(&["--json", "--input", "in.csv", "--recipe", "audit.yaml"]);
    let expected = "\
error: `seventy` is not a number
 --> in.csv:4:4
  |
4 | t3,seventy
  |    ^^^^^^^ not a number
";
    assert_eq!((ran.code, ran.err.as_str()), (2, expected));
    let summary = ran.json();
    assert_eq!(
        (&summary["readings"], &summary["committed"], &summary["violations"]),
        (&json!(2), &json!(2), &json!(1))
    );
    assert_eq!((&summary["final_state"], &summary["halted"]), (&json!("RUNNING"), &json!(false)));

    let ran = broken().run(&["--input", "in.csv", "--recipe", "audit.yaml"]);
    assert_eq!((ran.code, ran.err.as_str()), (2, expected));
    assert!(ran.out.contains("BROKEN OFF at reading 2, t2"), "{}", ran.out);
}

#[test]
fn a_row_that_the_stop_came_before_is_never_read() {
    let stop = broken().rule("{ field: domain.temperature, min: 45, level: S }");
    let summary = stop.guarded();
    assert_eq!((&summary["readings"], &summary["halted"]), (&json!(2), &json!(true)));
}

#[test]
fn a_missing_file_is_told_by_its_name() {
    for (arguments, code, state, status) in [
        (&["--json", "--input", "gone.csv"][..], "", json!("WAITING"), "running"),
        (&["--json", "--recipe", "gone.yaml"], "[Y001]", Value::Null, "not_started"),
        (&["--json", "--workflow", "gone.yaml"], "[Y001]", Value::Null, "not_started"),
    ] {
        let ran = Fixture::new().run(arguments);
        let expected = format!("error{code}: cannot read `{}`: No such file or directory (os error 2)\n", arguments[2]);
        assert_eq!((ran.code, &ran.err), (2, &expected));
        let summary = ran.json();
        assert_eq!(
            (&summary["readings"], &summary["final_state"], &summary["status"]),
            (&json!(0), &state, &json!(status))
        );
        let ran = Fixture::new().run(&arguments[1..]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "there is nothing to report");
    }
}

#[test]
fn a_wrong_recipe_is_shown_with_line_caret_and_suggestion() {
    let fixture = Fixture::readings(&[70.0]).rule("{ field: domain.temprature, min: 45 }");
    let ran = fixture.run(&["--input", "in.csv", "--recipe", "audit.yaml"]);
    let expected = "\
error[R014]: unknown field `temprature` of Machine in `domain.temprature`
 --> audit.yaml:4:18
  |
4 |       - { field: domain.temprature, min: 45 }
  |                  ^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `temperature`?
";
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (2, "", expected));
    for (recipe, message) in [
        ("process_recipes: { record_readin: { inputs: [] } }", "did you mean `record_reading`?"),
        ("process_recipes: [", "audit.yaml:"),
    ] {
        let ran =
            Fixture::readings(&[70.0]).with("audit.yaml", recipe).run(&["--input", "in.csv", "--recipe", "audit.yaml"]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains(message) && ran.err.contains("audit.yaml:1:"), "{}", ran.err);
    }
}

#[test]
fn a_wrong_workflow_is_shown_with_its_place() {
    let workflow = "states:\n  ON:\n    entry: update_statistic\n    events: { SIG_READING: OFF }\n";
    let ran =
        Fixture::readings(&[70.0]).with("flow.yaml", workflow).run(&["--input", "in.csv", "--workflow", "flow.yaml"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    for words in ["flow.yaml:3:12", "did you mean `update_statistics`?", "flow.yaml:4:", "unknown state `OFF`"] {
        assert!(ran.err.contains(words), "{words}: {}", ran.err);
    }
}

#[test]
fn a_workflow_that_chases_itself_is_told_and_what_came_before_is_reported() {
    let workflow = "initialised: [domain.mode, domain.cooling]\nstates:\n  CHASE:\n    entry: drive_actuator\n    events: { EVT_CHAIN_DONE: CHASE, EVT_CHAIN_FAIL: SHUT }\n  SHUT: { final: true }\n";
    let ran = Fixture::readings(&[70.0]).with("flow.yaml", workflow).run(&[
        "--json",
        "--input",
        "in.csv",
        "--workflow",
        "flow.yaml",
    ]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.starts_with("error: the workflow `flow` handled"), "{}", ran.err);
    assert_eq!(ran.json()["final_state"], "CHASE");
}

#[test]
fn a_wrong_option_is_told() {
    for arguments in [&["--jsom"][..], &["--seed", "x"], &["--seed", "1", "--input", "in.csv"], &["in.csv"]] {
        let ran = Fixture::readings(&[70.0]).run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.contains("--help"), "{}", ran.err);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    for arguments in [&[][..], &["--json"], &["--help"]] {
        let fixture = Fixture::new();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = Ran::of(fixture.command(arguments).stdout(writer).output().unwrap());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{arguments:?}");
    }
}

/// C1 has a CSI of its own, and what turns the direction of writing shows a row that is not there.
#[test]
fn no_file_steers_the_terminal() {
    let hostile = "\u{9b}31m\u{202e}\u{2028}\u{1b}[2J";
    for (name, text) in [
        ("in.csv", format!("timestamp,value\n1{hostile},70\n")),
        ("in.csv", format!("timestamp,value\n1,70{hostile}\n")),
        ("in.csv", format!("{hostile}\n")),
        ("audit.yaml", format!("process_recipes: {{ \"{}\": {{}} }}\n", hostile.replace('\u{1b}', "\\e"))),
        ("audit.yaml", "process_recipes: { record_raeding: {} } # \u{9b}31m\u{202e}\n".to_owned()),
    ] {
        let ran = Fixture::readings(&[70.0]).rule(RULE).with(name, &text).run(&[
            "--input",
            "in.csv",
            "--recipe",
            "audit.yaml",
        ]);
        assert_eq!(ran.code, 2, "{text:?}: {}", ran.err);
        let steers = |it: char| it != '\n' && (it.is_control() || matches!(it, '\u{202e}' | '\u{2028}'));
        assert!(!ran.err.contains(steers) && !ran.out.contains(steers), "{:?}", (ran.err, ran.out));
    }
    // Words of a rule that is right, in the report.
    let rule = r#"{ field: domain.temperature, max: 45, level: C, message: "\u009b31m\u202e" }"#;
    let ran = Fixture::readings(&[70.0]).rule(rule).run(&["--input", "in.csv", "--recipe", "audit.yaml"]);
    assert!(ran.code == 0 && !ran.out.contains(['\u{9b}', '\u{202e}']), "{:?}", ran.out);
}

#[test]
fn the_words_of_a_rule_steer_no_terminal_in_the_json_either() {
    let rule = r#"{ field: timestamp, not_in: [t2, "\u202e\u009b2J\ufeff"], level: C }"#;
    let fixture = Fixture::readings(&[70.0, 40.0]).rules(&[rule.to_owned()], &[]);
    let ran = fixture.run(&["--json", "--input", "in.csv", "--recipe", "audit.yaml"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(!ran.out.contains(['\u{202e}', '\u{9b}', '\u{feff}']), "{}", ran.out);
    assert_eq!(ran.json()["actions"][0]["rule"], r#"timestamp not_in ["t2", "\u{202e}\u{9b}2J\u{feff}"]"#);
}
