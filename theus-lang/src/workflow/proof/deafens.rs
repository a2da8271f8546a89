//! Long work where it keeps its session from hearing.

use std::time::Duration;

use super::Subject;
use super::tree::runs;
use crate::source::Problem;
use crate::workflow::chart::{Retry, Run, State, StateId, Trigger};
use crate::workflow::file::{Diagnostics, code};

/// From so long on, waiting for the next try is long.
const LONG: Duration = Duration::from_secs(1);

/// Doubts a step of an entry that takes long by what its file says, in a state that has something to hear meanwhile.
pub(super) fn check(subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    for (id, state) in subject.ids().filter(|(_, state)| !state.entry.is_empty()) {
        let Some(unheard) = unheard(subject, id) else { continue };
        let Some((run, why)) = runs(&state.entry).into_iter().find_map(|run| Some((run, takes_long(run)?))) else {
            continue;
        };
        diagnostics.warn(code::DEAFENS, || {
            let (process, name) = (run.contract.process, &state.name);
            Problem::new(
                subject.at(&run.place),
                format!("`{process}` may take long, and `{name}` hears nothing meanwhile"),
            )
            .label(why)
            .help(format!(
                "write it under `invoke` of `{name}`, with `done`: {unheard} waits for the chain of an `entry`"
            ))
        });
    }
}

/// Why a step takes long, where the file says so.
fn takes_long(run: &Run) -> Option<&'static str> {
    if run.retry.as_ref().is_some_and(|retry| retry.ways().any(|way| waits(way) >= LONG)) {
        return Some("it waits before it is tried again");
    }
    if run.timeout.is_some_and(|timeout| timeout >= LONG) {
        return Some("it has so much time");
    }
    if run.contract.is_blocking {
        return Some("it blocks a thread, and says so");
    }
    (run.contract.is_async && !run.contract.effects.is_empty()).then_some("it waits for the world outside")
}

/// Doubts what a state invokes that is done where its session is driven, and may wait there for the world outside.
pub(super) fn check_invoked(subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    let invokes = subject.ids().flat_map(|(_, state)| state.invokes.iter().map(move |invoke| (state, invoke)));
    for (state, invoke) in invokes {
        let holds_up = |run: &&Run| !run.contract.is_awaited() && !run.contract.effects.is_empty();
        let Some(run) = runs(&invoke.steps).into_iter().find(holds_up) else { continue };
        diagnostics.warn(code::HOLDS_UP, || {
            let (process, name) = (run.contract.process, &state.name);
            Problem::new(subject.at(&run.place), format!("`{process}` holds up its session while it runs"))
                .label("a `fn` with effects, and not `blocking`")
                .help(format!(
                    "let it say `blocking` in its `#[process(..)]`: it then has a thread of its own, `{name}` hears meanwhile, and leaving it lets go of it"
                ))
        });
    }
}

/// How long it may be waited between all tries.
fn waits(retry: &Retry) -> Duration {
    if retry.attempts > 1 && !retry.least.is_empty() {
        // As long as the error says.
        return retry.max_elapsed.unwrap_or(Duration::MAX);
    }
    let mut wait = retry.backoff.as_secs_f64();
    let mut all = 0.0;
    for _ in 1..retry.attempts.min(64) {
        all += wait.min(retry.longest.as_secs_f64());
        wait *= retry.factor;
    }
    Duration::try_from_secs_f64(all).unwrap_or(Duration::MAX).min(retry.max_elapsed.unwrap_or(Duration::MAX))
}

/// What comes in a state that a chain keeps waiting: a time, an event, another region.
fn unheard(subject: &Subject<'_>, id: StateId) -> Option<String> {
    let of = |state: &State| {
        state.transitions.iter().find_map(|way| match &way.trigger {
            Trigger::Event { name, written } if !name.is_builtin() => Some(format!("`{written}`")),
            Trigger::Any => Some("an event".to_owned()),
            Trigger::After(_) | Trigger::AfterReckoned(_) => Some("`after`".to_owned()),
            Trigger::At(_) => Some("`at`".to_owned()),
            Trigger::Every(_) => Some("`every`".to_owned()),
            Trigger::Cron(_) => Some("`cron`".to_owned()),
            _ => None,
        })
    };
    let heard = subject.up(id).filter_map(|id| subject.state(id)).find_map(of);
    let is_atomic = || subject.up(id).filter_map(|id| subject.state(id)).any(|state| state.atomic);
    heard.or_else(|| (subject.is_in_regions(id) && is_atomic()).then(|| "the other region".to_owned()))
}
