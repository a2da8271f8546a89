//! Plays SCION's and the W3C's SCXML tests: each chart is turned into a workflow file, loaded, driven by the events of its
//! test, and its configuration compared after each.
//!
//!     theus-scxml FOLDER [--verbose] [NAME]
//!
//! With a name, only the tests whose path has it; with `--verbose`, the workflow file of each that fails.
#![forbid(unsafe_code)]

mod begin;
mod chart;
mod content;
mod expression;
mod names;
mod play;
mod world;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// How a test came out.
enum Outcome {
    Pass,
    /// What was expected and what was found.
    Differs(String),
    /// The loader of workflow files refuses it.
    Refused(String),
    /// It has something that no workflow file can say, or that this tool does not translate.
    CannotBeSaid(String),
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let verbose = arguments.iter().any(|it| it == "--verbose");
    arguments.retain(|it| it != "--verbose");
    let folder = PathBuf::from(arguments.first().ok_or("which folder?")?);
    let wanted = arguments.get(1).cloned().unwrap_or_default();

    let mut suites: BTreeMap<&str, Suite> = BTreeMap::new();
    let mut twice = 0;
    for test in tests(&folder)? {
        let name = test.strip_prefix(&folder)?.with_extension("").display().to_string();
        if !name.contains(&wanted) {
            continue;
        }
        let suite = if name.starts_with("w3c") { "W3C" } else { "SCION" };
        let outcome =
            one(&test, &mut twice).unwrap_or_else(|error| Outcome::CannotBeSaid(format!("not read: {error}")));
        if verbose && let Outcome::Differs(_) | Outcome::Refused(_) = &outcome {
            let read = fs::read_to_string(&test)?;
            if let Ok(flow) = chart::translated(&read, test.parent().unwrap_or(&folder)) {
                println!("{name}\n{}\n", serde_json::to_string_pretty(&flow.file)?);
            }
        }
        suites.entry(suite).or_default().add(name, outcome);
    }
    println!("| suite | tests | can be said | pass | differ | refused |\n|---|---|---|---|---|---|");
    for (name, suite) in &suites {
        let [pass, differ, refused, cannot] = suite.counts();
        let said = pass + differ + refused;
        println!("| {name} | {} | {said} | {pass} | {differ} | {refused} |", said + cannot);
    }
    println!("\nplayed twice, with their one state as the whole: {twice}");
    for (name, suite) in &suites {
        suite.tell(name);
    }
    Ok(())
}

#[derive(Default)]
struct Suite {
    outcomes: Vec<(String, Outcome)>,
}

impl Suite {
    fn add(&mut self, name: String, outcome: Outcome) {
        self.outcomes.push((name, outcome));
    }

    fn counts(&self) -> [usize; 4] {
        let mut counts = [0; 4];
        for (_, outcome) in &self.outcomes {
            counts[match outcome {
                Outcome::Pass => 0,
                Outcome::Differs(_) => 1,
                Outcome::Refused(_) => 2,
                Outcome::CannotBeSaid(_) => 3,
            }] += 1;
        }
        counts
    }

    fn tell(&self, suite: &str) {
        let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, outcome) in &self.outcomes {
            match outcome {
                Outcome::Pass => {}
                Outcome::Differs(how) => println!("\n{suite}: {name} differs: {how}"),
                Outcome::Refused(why) => println!("\n{suite}: {name} is refused: {why}"),
                Outcome::CannotBeSaid(why) => reasons.entry(why).or_default().push(name),
            }
        }
        println!("\n{suite}: what cannot be said, and in how many tests it came first\n");
        let mut reasons: Vec<_> = reasons.into_iter().collect();
        reasons.sort_by_key(|(_, tests)| std::cmp::Reverse(tests.len()));
        for (why, tests) in reasons {
            println!("- {}: {why} ({})", tests.len(), tests.first().unwrap_or(&""));
        }
    }
}

fn one(test: &Path, twice: &mut usize) -> Result<Outcome, Box<dyn Error>> {
    let script: play::Script = serde_json::from_str(&fs::read_to_string(test.with_extension("json"))?)?;
    let flow = match chart::translated(&fs::read_to_string(test)?, test.parent().unwrap_or(test)) {
        Ok(flow) => flow,
        Err(reason) => return Ok(Outcome::CannotBeSaid(reason)),
    };
    *twice += usize::from(flow.whole.is_some());
    Ok(play::play(&flow, &script))
}

/// Every chart that has a script, in order.
fn tests(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(tests(&path)?);
        } else if path.extension().is_some_and(|it| it == "scxml") && path.with_extension("json").exists() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
