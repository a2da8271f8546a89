//! Random programs on the engine and on the reference: the same results, states, versions, events and records.

mod alone;
mod at_once;
mod positions;
mod replay;
mod subject;
mod tasks;

use proptest::test_runner::Config;

/// How many programs each property runs: what `THEUS_CASES` says, else a few.
fn cases() -> Config {
    let cases = std::env::var("THEUS_CASES").ok().map_or(120, |text| text.parse().expect("THEUS_CASES is a number"));
    Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() }
}
