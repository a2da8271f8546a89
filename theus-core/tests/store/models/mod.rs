//! The protocols as models that are searched through, each bound to the engine by its traces.
//!
//! Every state that a model can come to is looked at; what must not be there is told by the shortest way that leads to it. Then
//! traces that take every edge of the model together are played on the engine, whose calls to its store wait until the trace says what
//! becomes of them: after each step the engine does, tells and keeps what the model says. Each model with a flaw, and each store
//! with one, is found out.

mod audit;
mod doubt;
mod lease;
mod outbox;
mod program;
mod replay;
mod search;
mod tally;

use std::time::{Duration, Instant};

use replay::{Bound, FEWEST, Replayed, replay};
use search::search;

/// So many traces are played at once: most of their time they wait for each other's threads, or a program that asks again.
const AT_ONCE: usize = 64;
/// Whether a long run is asked for: then the large models are played too, and all to the end.
fn is_long() -> bool {
    std::env::var_os("THEUS_CASES").is_some()
}

/// A replay goes on for no longer: on a slow machine it does not come to the end.
fn longest() -> Duration {
    Duration::from_secs(if is_long() { 3_600 } else { 2 })
}

/// All are searched through, and the small ones played on the engine.
fn played_through<M: Bound>(name: &str, large: &[M], small: &[M]) {
    let large = large.iter().map(|model| (model, is_long()));
    for (model, is_played) in large.chain(small.iter().map(|model| (model, true))) {
        let begun = Instant::now();
        let reached = search(model).unwrap_or_else(|why| panic!("{name}: {why}"));
        println!("{name}: {} states, {} edges, {:?}", reached.states.len(), reached.edges(), begun.elapsed());
        if is_played {
            let begun = Instant::now();
            let played = replay(model, &reached, AT_ONCE, longest()).unwrap_or_else(|why| panic!("{name}: {why}"));
            let Replayed { traces, of, steps } = played;
            println!("  {traces} of {of} traces played, {steps} steps, {:?}", begun.elapsed());
            assert!(traces >= of.min(FEWEST), "{name}: a replay of {traces} traces says little");
        }
    }
}

/// The engine on a store with a flaw does not do what the model says.
fn notices<M: Bound>(model: &M) {
    let reached = search(model).unwrap_or_else(|why| panic!("{why}"));
    let played = replay(model, &reached, AT_ONCE, longest());
    assert!(played.is_err(), "{played:?}");
}
