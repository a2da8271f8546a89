//! `--store FILE`: what is kept, gone on with, and what it comes to.

use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::fixture::Fixture;

const RUN: [&str; 3] = ["--json", "--transfers", "150"];
const KEPT: [&str; 5] = ["--json", "--transfers", "150", "--store", "bank.db"];

/// Without what counts the starts of the program: each brings the recipe, which is a record.
fn summary(fixture: &Fixture, words: &[&str]) -> serde_json::Value {
    let ran = fixture.run(words);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let mut summary: serde_json::Value = serde_json::from_str(ran.out.trim()).unwrap();
    for key in ["ledger_records", "ledger_tail"] {
        summary.as_object_mut().unwrap().remove(key);
    }
    summary
}

#[test]
fn a_bank_that_is_kept_comes_to_what_one_in_memory_does_and_stays_closed() {
    let fixture = Fixture::new();
    let whole = summary(&fixture, &RUN);
    assert_eq!(summary(&fixture, &KEPT), whole);
    assert_eq!(summary(&fixture, &KEPT), whole, "it was closed");
    let other = fixture.run(&["--seed", "8", "--store", "bank.db"]);
    assert!(
        other.code == 2 && other.err.contains("the bank of seed 7, and this is the one of seed 8"),
        "{}",
        other.err
    );
    let verified = fixture.run(&["store", "verify", "--store", "bank.db"]);
    assert!(verified.code == 0 && verified.out.ends_with(": nothing is damaged\n"), "{}", verified.out);
    let replayed = fixture.run(&["store", "replay", "bank", "--store", "bank.db"]);
    assert_eq!((replayed.code, replayed.err.as_str()), (0, ""), "{}", replayed.out);
}

#[test]
fn killed_and_gone_on_with_it_comes_to_the_same() {
    let fixture = Fixture::new();
    let whole = summary(&fixture, &RUN);
    for millis in [60, 150, 250] {
        let mut child = fixture.command(&KEPT).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_millis(millis));
        let _ = child.kill();
        child.wait().unwrap();
    }
    assert_eq!(summary(&fixture, &KEPT), whole);
    let verified = fixture.run(&["store", "verify", "--store", "bank.db"]);
    assert!(verified.code == 0 && verified.out.ends_with(": nothing is damaged\n"), "{}", verified.out);
}
