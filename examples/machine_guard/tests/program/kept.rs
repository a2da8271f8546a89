//! `--store FILE`: what is kept, gone on with, and reported as if there had been no break.

use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::fixture::{Fixture, Ran};

const READINGS: &str = include_str!("../data/readings.csv");
/// Refused readings, refused steps, warnings, and readings of which statistics cannot be made.
const RECIPE: &str = "\
process_recipes:
  record_reading:
    inputs: [ { field: value, max: 77, level: B, max_threshold: 2 } ]
  update_statistics:
    outputs: [ { field: domain.window.deviation, max: 2, level: B, max_threshold: 3 } ]
  decide_mode:
    inputs: [ { field: domain.window.mean, min: 66, level: C, max_threshold: 4, reset_on_success: true } ]
";

/// Real readings, every fortieth of which is no number.
fn readings() -> String {
    let rows = READINGS.lines().enumerate().map(|(at, row)| match (at > 0 && at % 40 == 0, row.split_once(',')) {
        (true, Some((timestamp, _))) => format!("{timestamp},NaN\n"),
        _ => format!("{row}\n"),
    });
    rows.collect()
}

fn fixture() -> Fixture {
    Fixture::new().with("in.csv", &readings()).with("audit.yaml", RECIPE)
}

const RUN: [&str; 4] = ["--input", "in.csv", "--recipe", "audit.yaml"];

fn with<'a>(words: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    words.iter().chain(more).copied().collect()
}

fn ended(ran: Ran) -> String {
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    ran.out
}

fn store(fixture: &Fixture, words: &[&str]) -> Ran {
    fixture.run(&with(&with(&["store"], words), &["--store", "kept.db"]))
}

#[test]
fn what_is_reported_is_the_same_with_a_store_and_at_every_later_start() {
    let fixture = fixture();
    let (report, summary) = (ended(fixture.run(&RUN)), ended(fixture.run(&with(&RUN, &["--json"]))));
    assert!(report.contains("update_statistics failed") && summary.contains("\"level\":\"C\""), "{report}\n{summary}");
    let kept = with(&RUN, &["--store", "kept.db"]);
    assert_eq!(ended(fixture.run(&kept)), report);
    assert_eq!(ended(fixture.run(&kept)), report, "all of it was judged before");
    assert_eq!(ended(fixture.run(&with(&kept, &["--json"]))), summary);
    assert!(ended(store(&fixture, &["verify"])).ends_with(": nothing is damaged\n"));
}

#[test]
fn what_comes_later_is_judged_later() {
    let rows: Vec<String> = readings().lines().map(|row| format!("{row}\n")).collect();
    let fixture = fixture();
    let report = ended(fixture.run(&RUN));
    let mut last = String::new();
    let mut fixture = fixture;
    for until in [1, 2, 41, 42, rows.len()] {
        fixture = fixture.with("in.csv", &rows[..until].concat());
        last = ended(fixture.run(&with(&RUN, &["--store", "kept.db"])));
    }
    assert_eq!(last, report);
}

#[test]
fn a_machine_that_was_stopped_stays_so_and_reports_it() {
    let fixture = Fixture::new();
    let report = ended(fixture.run(&[]));
    assert!(report.contains("STOPPED"), "{report}");
    for _ in 0..3 {
        assert_eq!(ended(fixture.run(&["--store", "kept.db"])), report);
    }
}

#[test]
fn another_input_is_refused_and_changes_nothing() {
    let fixture = fixture();
    let kept = with(&RUN, &["--store", "kept.db"]);
    let report = ended(fixture.run(&kept));
    let other = fixture.with("in.csv", &readings().replacen("2013-12-16 00:20:00", "2013-12-16 00:20:01", 1));
    let ran = other.run(&kept);
    let expected =
        "error: the first 300 readings of the input are not those that the store has judged: use another `--store`\n";
    assert_eq!((ran.code, ran.err.as_str()), (2, expected));
    let shorter: String = readings().lines().take(100).map(|row| format!("{row}\n")).collect();
    let shorter = other.with("in.csv", &shorter);
    let ran = shorter.run(&kept);
    assert!(ran.code == 2 && ran.err.contains("judged 300 readings, and the input ends after 99"), "{}", ran.err);
    assert_eq!(ended(shorter.with("in.csv", &readings()).run(&kept)), report);
}

#[test]
fn what_is_kept_can_be_looked_at() {
    let fixture = fixture();
    ended(fixture.run(&with(&RUN, &["--store", "kept.db"])));
    let shown = ended(store(&fixture, &["show", "main", "--at", "1"]));
    assert!(shown.starts_with("main after step 1\n") && shown.contains("  temperature: 66.11182479\n"), "{shown}");
    let shown = ended(store(&fixture, &["show", "main"]));
    assert!(shown.contains("  workflow machine_guard in "), "{shown}");
    assert!(ended(store(&fixture, &["sessions"])).starts_with("main: "));
    let missing = store(&fixture, &["show", "mian"]);
    assert_eq!(
        (missing.code, missing.err.as_str()),
        (2, "error: the store has no session `mian`; did you mean `main`?\n")
    );
}

#[test]
fn who_looks_makes_no_file_and_names_one() {
    let fixture = Fixture::new();
    let ran = fixture.run(&["store", "sessions", "--store", "no.db"]);
    assert!(ran.code == 2 && ran.err.starts_with("error: the store no.db cannot be read: "), "{}", ran.err);
    let ran = fixture.run(&["store", "sessions"]);
    assert_eq!(ran.err, "error: which store? `machine_guard store COMMAND --store FILE`\n");
    assert!(!fixture.has("no.db"));
}

/// Five kills; more by `THEUS_KILLS`, and the same ones by `THEUS_SEED`.
#[test]
fn killed_at_random_moments_and_gone_on_it_reports_what_an_unbroken_run_does() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let kills = number("THEUS_KILLS").unwrap_or(5);
    let seed = number("THEUS_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("THEUS_SEED={seed} THEUS_KILLS={kills}");
    let mut random = fastrand::Rng::with_seed(seed);
    let fixture = fixture();
    let report = ended(fixture.run(&RUN));
    let began = Instant::now();
    assert_eq!(ended(fixture.run(&with(&RUN, &["--store", "whole.db"]))), report);
    let whole = began.elapsed();
    let kept = with(&RUN, &["--store", "kept.db"]);
    let (mut killed, mut lives) = (0, 0);
    while killed < kills {
        lives += 1;
        // About so long that it comes to its end with the last of them; begun again where it comes there before.
        let most = whole.as_micros() as u64 * 2 / (kills.min(8) + 1);
        let mut child = fixture.command(&kept).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_micros(random.u64(0..=most)));
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            killed += 1;
            child.wait().unwrap();
        } else {
            check(&fixture, &kept, &report, seed);
            ["kept.db", "kept.db-wal", "kept.db-shm"].iter().for_each(|file| fixture.remove(file));
        }
        assert!(lives < 20 * kills.max(1), "seed {seed}: it is too fast to be killed");
    }
    check(&fixture, &kept, &report, seed);
}

fn check(fixture: &Fixture, kept: &[&str], report: &str, seed: u64) {
    assert_eq!(ended(fixture.run(kept)), report, "THEUS_SEED={seed}");
    let verified = ended(store(fixture, &["verify"]));
    assert!(verified.ends_with(": nothing is damaged\n"), "THEUS_SEED={seed}: {verified}");
    let replayed = ended(store(fixture, &["replay", "main"]));
    assert!(replayed.contains("made again, with the same result"), "THEUS_SEED={seed}: {replayed}");
}
