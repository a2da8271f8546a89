//! `--store FILE`: what is kept, gone on with, and replayed without asking the model.

use std::process::Stdio;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::fixture::Fixture;

const KEPT: [&str; 3] = ["--json", "--store", "agent.db"];

/// What is the same however often the program was started.
fn outcome(summary: &Value) -> Value {
    let mut summary = summary.clone();
    for of_this_start in ["events", "committed", "rejected", "recorded", "trace"] {
        summary.as_object_mut().unwrap().remove(of_this_start);
    }
    summary
}

fn kept(fixture: &Fixture) -> Value {
    let ran = fixture.run(&KEPT);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    ran.json()
}

#[test]
fn an_agent_that_is_kept_comes_to_what_one_in_memory_does_and_its_steps_are_made_again() {
    let fixture = Fixture::new();
    let in_memory = fixture.run(&["--json"]).json();
    let first = kept(&fixture);
    assert_eq!(first["trace"], in_memory["trace"]);
    assert_eq!(outcome(&first), outcome(&in_memory));
    let steps = || fixture.run(&["store", "journal", "agent", "--store", "agent.db"]).out;
    let journal = steps();
    assert_eq!(outcome(&kept(&fixture)), outcome(&in_memory));
    assert_eq!(steps(), journal, "it was done");
    let replayed = fixture.run(&["store", "replay", "agent", "--store", "agent.db"]);
    assert_eq!((replayed.code, replayed.err.as_str()), (0, ""), "{}", replayed.out);
    assert!(!replayed.out.contains("not in the journal"), "{}", replayed.out);
    assert!(journal.contains("; rooms.book [\"Garden House\",\""), "{journal}");
    let other = fixture.run(&["--task", "another", "--store", "agent.db"]);
    assert!(other.code == 2 && other.err.contains("and not `another`"), "{}", other.err);
}

#[test]
fn killed_and_gone_on_with_it_does_its_task_once() {
    let whole = outcome(&Fixture::new().run(&["--json"]).json());
    for millis in [15, 25, 40, 60, 90] {
        let fixture = Fixture::new();
        for _ in 0..3 {
            let mut child = fixture.command(&KEPT).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            thread::sleep(Duration::from_millis(millis));
            let _ = child.kill();
            child.wait().unwrap();
        }
        let gone_on = outcome(&kept(&fixture));
        for same in ["final_state", "status", "result", "booked", "advice", "tokens", "tool_calls"] {
            assert_eq!(gone_on[same], whole[same], "{same}, killed after {millis} ms");
        }
        let verified = fixture.run(&["store", "verify", "--store", "agent.db"]);
        assert!(verified.code == 0 && verified.out.ends_with(": nothing is damaged\n"), "{}", verified.out);
    }
}
