//! Money is neither made nor lost, whatever the seed.

use serde_json::Value;
use theus_core::audit::{Action, LedgerFiles, Query};

use crate::fixture::Fixture;

fn ran(transfers: u64, seed: u64) -> Value {
    let ran = Fixture::new().run(&["--json", "--transfers", &transfers.to_string(), "--seed", &seed.to_string()]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    ran.json()
}

fn number(summary: &Value, key: &str) -> u64 {
    summary[key].as_u64().unwrap()
}

#[test]
fn sums_add_up_for_every_seed() {
    for seed in 0..crate::cases(40) {
        let summary = ran(2_500, seed);
        let parts = ["committed", "blocked", "declined"].map(|key| number(&summary, key));
        assert_eq!((parts.iter().sum::<u64>(), number(&summary, "transfers")), (2_500, 2_500), "seed {seed}");
        assert!(parts.iter().all(|part| *part > 0), "seed {seed}: {summary}");
        assert_eq!(summary["total_before"], summary["total_after"], "seed {seed}");
        assert_eq!((&summary["halted"], &summary["ledger_verified"]), (&false.into(), &true.into()), "seed {seed}");
        assert_eq!((&summary["final_state"], &summary["status"]), (&"CLOSED".into(), &"finished".into()));
    }
}

#[test]
fn every_record_is_a_violation_but_the_first() {
    let summary = ran(10_000, 7);
    let sum = |key: &str| summary["rules"].as_array().unwrap().iter().map(|rule| number(rule, key)).sum::<u64>();
    assert_eq!(number(&summary, "ledger_records"), 1 + sum("found"));
    assert!(number(&summary, "frozen") > 0 && number(&summary, "cleared") > 0 && sum("acted") > 0);
}

#[test]
fn a_seed_makes_the_same_ledger_to_the_last_hash() {
    assert_eq!(ran(3_000, 5), ran(3_000, 5));
    assert_ne!(ran(3_000, 5)["ledger_tail"], ran(3_000, 6)["ledger_tail"]);
}

#[test]
fn no_transfers_are_a_bank_that_opens_and_closes() {
    let summary = ran(0, 7);
    assert_eq!((number(&summary, "transfers"), number(&summary, "ledger_records")), (0, 1), "the recipe was loaded");
    assert_eq!((&summary["total_before"], &summary["final_state"]), (&summary["total_after"], &"CLOSED".into()));
    assert!(summary["total_before"].as_str().unwrap().rsplit_once('.').unwrap().1.len() == 2, "cents are told");
}

#[test]
fn a_file_has_the_same_ledger_and_is_continued() {
    let fixture = Fixture::new();
    let arguments = ["--json", "--transfers", "2000", "--ledger", "audit.jsonl"];
    let first = fixture.run(&arguments).json();
    assert_eq!(first["ledger_tail"], ran(2_000, 7)["ledger_tail"]);
    let file = LedgerFiles::at(fixture.path().join("audit.jsonl"));
    let verified = file.verify().unwrap();
    assert_eq!(
        (verified.records, verified.tail.hash.to_string().into()),
        (number(&first, "ledger_records"), first["ledger_tail"].clone())
    );
    let blocked = file.find(&Query::new().process("transfer")).unwrap();
    let blocked = blocked.iter().filter(|it| it.violation().is_some_and(|it| it.action == Action::Blocked));
    assert_eq!(blocked.count() as u64, number(&first, "blocked"));

    let second = fixture.run(&arguments).json();
    assert_eq!(second["ledger_records"], first["ledger_records"], "those of its own run");
    assert_eq!(file.verify().unwrap().records, 2 * verified.records);
}

#[test]
fn a_ledger_that_was_altered_is_told_and_no_money_moves() {
    let fixture = Fixture::new();
    let arguments = ["--json", "--transfers", "2000", "--ledger", "audit.jsonl"];
    assert_eq!(fixture.run(&arguments).code, 0);
    let path = fixture.path().join("audit.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    let middle = text.lines().count() / 2;
    let lines = text.lines().enumerate().filter(|(at, _)| *at != middle).map(|(_, line)| line.to_owned() + "\n");
    std::fs::write(&path, lines.collect::<String>()).unwrap();
    let ran = fixture.run(&arguments);
    assert_eq!((ran.code, &ran.json()["ledger_verified"]), (2, &false.into()), "{}", ran.err);
    let place = format!("error: audit.jsonl:{}: ", middle + 1);
    assert!(ran.err.starts_with(&place) && ran.err.contains("missing"), "{place}: {}", ran.err);

    assert_eq!(ran.json()["status"], "not_started");

    let altered = text.lines().last().unwrap().replace("transfer", "transfre");
    std::fs::write(&path, altered + "\n").unwrap();
    let ran = fixture.run(&arguments);
    assert_eq!((ran.code, &ran.json()["status"]), (2, &"not_started".into()), "{}", ran.err);
    assert!(ran.err.contains("was altered"), "{}", ran.err);
}
