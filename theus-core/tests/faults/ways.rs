//! The ways of a run, and how it ends.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use theus_core::prelude::*;
use theus_core::workflow::WorkflowManager;

use crate::hooks::{Loud, at_rest};
use crate::world::{LookOn, Mine, Nudge, Parcel, Ports, Work, WorkSlowly, World};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Held,
    Checked,
    CheckedAsync,
    Turn,
    Within,
    WithinAsync,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Well,
    /// By the error that it declares.
    Error,
    /// At the output gate.
    Blocked,
    /// There is no room for its signal.
    Full,
    /// An older event makes room for its signal.
    Evicts,
    /// Its future is dropped half-way.
    Cancelled,
    /// Another run changes what it reads, so that it is run again.
    Stale,
}

impl Ending {
    pub(crate) const OF_ALL: [Self; 5] = [Self::Well, Self::Error, Self::Blocked, Self::Full, Self::Evicts];

    /// Whether a run that ends so has committed.
    pub(crate) const fn commits(self) -> bool {
        matches!(self, Self::Well | Self::Evicts | Self::Stale)
    }
}

impl Way {
    pub(crate) const fn locking(self) -> Locking {
        match self {
            Self::Held | Self::CheckedAsync | Self::Within | Self::WithinAsync => Locking::ByKind,
            Self::Checked => Locking::Optimistic,
            Self::Turn => Locking::Pessimistic,
        }
    }

    pub(crate) const fn is_within(self) -> bool {
        matches!(self, Self::Within | Self::WithinAsync)
    }
}

pub(crate) type App = Engine<World, (), Ports>;

/// What is told of a run; its output and its error are dropped by who made it, and not here.
pub(crate) type Told = Option<Result<Option<Mine>, String>>;

/// Runs it. `None` where it was dropped half-way.
pub(crate) fn run(engine: &App, way: Way, ending: Ending, number: i64) -> Told {
    let (parcel, fails) = (Parcel(number), ending == Ending::Error);
    match way {
        Way::Held | Way::Checked => Some(told(engine.run(Work { parcel, fails }))),
        Way::CheckedAsync => drive(engine, ending, false, engine.run_async(WorkSlowly { parcel, fails })),
        Way::Turn => drive(engine, ending, true, engine.run_async(WorkSlowly { parcel, fails })),
        Way::Within | Way::WithinAsync => {
            let process = if way == Way::Within { "work" } else { "work_slowly" };
            let with = format!("{{ parcel: {number}, fails: {fails} }}");
            std::mem::forget(parcel);
            side_by_side(engine, process, &with)
        }
    }
}

fn told(result: Result<Mine, RunError<crate::world::Broken>>) -> Result<Option<Mine>, String> {
    match result {
        Ok(output) => Ok(Some(output)),
        Err(error) => at_rest(move || Err(error.to_string())),
    }
}

type Made = Result<Mine, RunError<crate::world::Broken>>;

fn drive(engine: &App, ending: Ending, has_turn: bool, run: impl Future<Output = Made> + Send) -> Told {
    let mut run: Option<Pin<Box<dyn Future<Output = Made> + Send + '_>>> = Some(Box::pin(run));
    let mut waiting = pin!(engine.run_async(LookOn {}));
    let mut polls = 0;
    loop {
        let waker = Waker::from(Arc::new(Loud));
        if let Poll::Ready(result) = run.as_mut()?.as_mut().poll(&mut Context::from_waker(&waker)) {
            // That it waits no longer is not what is tried here.
            at_rest(|| {
                if has_turn && polls > 0 {
                    while waiting.as_mut().poll(&mut quiet()).is_pending() {}
                }
            });
            return Some(told(result));
        }
        polls += 1;
        if polls == 1 && has_turn {
            let waits = waiting.as_mut().poll(&mut Context::from_waker(&waker));
            assert!(waits.is_pending(), "another has the lease");
        }
        if polls == 1 && ending == Ending::Cancelled {
            run = None;
        }
        if polls == 1 && ending == Ending::Stale {
            at_rest(|| engine.run(Nudge {}).unwrap());
        }
    }
}

fn quiet() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

fn side_by_side(engine: &App, process: &str, with: &str) -> Told {
    let flow = format!(
        "states:
  S: {{ entry: [{{ parallel: [{{ run: {process}, with: {with} }}, hold] }}], events: {{ EVT_CHAIN_DONE: DONE, EVT_CHAIN_FAIL: FAILED }} }}
  DONE: {{ final: true }}
  FAILED: {{ final: true }}
"
    );
    let mut workflow = at_rest(|| WorkflowManager::from_text(engine, "flow.yaml", &flow).unwrap());
    let ran = workflow.run_until_final().map(drop);
    at_rest(|| {
        assert!(ran.is_ok(), "{ran:?}");
        Some(if workflow.state() == "DONE" { Ok(None) } else { Err(workflow.state().to_owned()) })
    })
}
