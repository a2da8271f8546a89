//! What is wrong with what the user gave: exit code 2, and the place.

use crate::fixture::{Fixture, Ran};

#[test]
fn a_wrong_recipe_or_workflow_is_shown_with_its_place() {
    let recipe = "process_recipes:\n  book:\n    inputs:\n      - { field: prise, max: 1 }\n";
    let flow = "states:\n  A:\n    entry: { run: ask, with: { purpose: Plann } }\n    events: { CMD_GO: A }\nexternal: [CMD_GO]\n";
    let fixture = Fixture::new().with("audit.yaml", recipe).with("flow.yaml", flow);
    for (option, file, words) in
        [("--recipe", "audit.yaml", "did you mean `price`?"), ("--workflow", "flow.yaml", "flow.yaml:3:")]
    {
        let ran = fixture.run(&[option, file]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains(words), "{}", ran.err);
        let ran = fixture.run(&["--json", option, file]);
        assert_eq!((ran.code, &ran.json()["status"]), (2, &"not_started".into()));
    }
}

#[test]
fn a_script_that_cannot_be_used_is_told_by_its_name() {
    let ran = Fixture::new().with("s.yaml", "humans: []").run(&["--script", "s.yaml"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.starts_with("error: the script `s.yaml` cannot be used: "), "{}", ran.err);
    let ran = Fixture::new().run(&["--script", "gone.yaml"]);
    assert!(ran.code == 2 && ran.err.contains("gone.yaml"), "{}", ran.err);
}

#[test]
fn a_wrong_option_is_told() {
    for arguments in [&["--jsom"][..], &["--diagram", "png"], &["--json", "--diagram", "dot"], &["do it"]] {
        let ran = Fixture::new().run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.contains("--help"), "{}", ran.err);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    for arguments in [&[][..], &["--json"], &["--diagram", "svg"], &["help"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = Ran::of(Fixture::new().command(arguments).stdout(writer).output().unwrap());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{arguments:?}");
    }
}

#[test]
fn a_human_at_the_terminal_is_asked_and_heard() {
    use std::io::Write;
    use std::process::Stdio;
    let fixture = crate::human::answered("");
    let mut command = fixture.command(&["--json", "--ask", "--script", "script.yaml"]);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = piped.spawn().unwrap();
    running.stdin.take().unwrap().write_all(b"the other one\nyes\n").unwrap();
    let ran = Ran::of(running.wait_with_output().unwrap());
    assert_eq!((ran.code, &ran.json()["result"]), (0, &"b".into()));
    assert_eq!(ran.err.matches("May this be sent").count(), 2, "{}", ran.err);
}

#[cfg(feature = "http")]
#[test]
fn a_model_over_http_needs_an_address() {
    let ran = Ran::of(Fixture::new().command(&["--http"]).env_remove("AGENT_MODEL_URL").output().unwrap());
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.starts_with("error: `--http` needs AGENT_MODEL_URL"), "{}", ran.err);
    // Nobody listens there: the model cannot be reached, which the workflow knows what to do about.
    let unreachable =
        Fixture::new().command(&["--json", "--http"]).env("AGENT_MODEL_URL", "http://127.0.0.1:1/").output();
    let ran = Ran::of(unreachable.unwrap());
    assert_eq!((ran.code, &ran.json()["final_state"]), (0, &"GIVEN_UP".into()));
}
