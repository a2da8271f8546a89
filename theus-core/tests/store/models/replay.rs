//! The traces of a model, played on the engine: what is seen of it after every step is what the model says.

use std::fmt::Debug;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::search::{Model, Reached};

/// A model that says what is to be seen of the engine.
pub(super) trait Bound: Model {
    type World;
    type Seen: Debug + PartialEq;

    fn world(&self) -> Self::World;

    /// The step happens in the world.
    fn play(&self, world: &mut Self::World, step: &Self::Step);

    fn look(&self, world: &Self::World) -> Self::Seen;

    /// What is to be seen there.
    fn shows(&self, state: &Self::State) -> Self::Seen;
}

#[derive(Debug)]
pub(super) struct Replayed {
    pub(super) traces: usize,
    pub(super) of: usize,
    pub(super) steps: usize,
}

/// So many are played however long it takes: fewer would say little.
pub(super) const FEWEST: usize = 300;

/// Plays them, so many at once, until the time is over: those that are left by then are spread over all.
///
/// # Errors
/// The first one in which the engine does something else, as far as that.
pub(super) fn replay<M: Bound>(
    model: &M,
    reached: &Reached<M>,
    at_once: usize,
    within: Duration,
) -> Result<Replayed, String> {
    let traces = reached.traces();
    let (until, next, steps, played) =
        (Instant::now() + within, AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let wrong = Mutex::new(None);
    // Primes: one of them has no factor in common with so few traces.
    let stride = if traces.len().is_multiple_of(7_919) { 7_907 } else { 7_919 };
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                let goes_on = || Instant::now() < until || next.load(Ordering::Relaxed) < FEWEST;
                while goes_on() && wrong.lock().unwrap().is_none() {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= traces.len() {
                        break;
                    }
                    let trace = &traces[number * stride % traces.len()];
                    if let Err(why) = one(model, trace) {
                        *wrong.lock().unwrap() = Some(why);
                    }
                    steps.fetch_add(trace.len(), Ordering::Relaxed);
                    played.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    match wrong.into_inner().unwrap() {
        Some(why) => Err(why),
        None => Ok(Replayed { traces: played.into_inner(), of: traces.len(), steps: steps.into_inner() }),
    }
}

fn one<M: Bound>(model: &M, trace: &[M::Step]) -> Result<(), String> {
    let (mut world, mut state) = (model.world(), model.first());
    for (number, step) in trace.iter().enumerate() {
        model.play(&mut world, step);
        state = model.after(&state, step);
        let (seen, expected) = (model.look(&world), model.shows(&state));
        if seen != expected {
            let told: String = trace[..=number].iter().map(|step| format!("\n  {step:?}")).collect();
            return Err(format!("expected {expected:?}\n   found {seen:?}\nafter{told}"));
        }
    }
    Ok(())
}
