//! How many instructions the hot ways take: the same number on every machine, so that it can be held; see `.ci/instructions`.
//!
//! `instructions` lists the scenarios; `instructions NAME COUNT` goes through one so many times. What one time costs is the
//! difference between two counts, under a tool that counts.
#![allow(missing_docs, clippy::expect_used, clippy::print_stdout, reason = "a bench")]

mod events;
mod judging;
mod loading;
mod records;
mod runs;
#[path = "../../shared/mod.rs"]
mod shared;

/// One way, to be gone so many times.
#[derive(Clone, Copy)]
struct Scenario {
    name: &'static str,
    go: fn(usize),
}

fn main() {
    let scenarios =
        [runs::SCENARIOS, judging::SCENARIOS, events::SCENARIOS, records::SCENARIOS, loading::SCENARIOS].concat();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [name, count] => {
            let scenario = scenarios.iter().find(|scenario| scenario.name == name).expect("a scenario that is listed");
            (scenario.go)(count.parse().expect("how many times"));
        }
        _ => scenarios.iter().for_each(|scenario| println!("{}", scenario.name)),
    }
}
