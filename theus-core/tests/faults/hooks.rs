//! Calls of user code, counted; one of them, or two, panic.

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::task::Wake;
use std::thread;

use tracing::field::Visit;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Which calls panic, by their numbers from 1 on, and with what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Faults {
    pub(crate) first: u64,
    pub(crate) second: u64,
    pub(crate) payload: Payload,
    /// From the first fault on, the log panics too, whenever it is written to.
    pub(crate) loud: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Payload {
    Text,
    /// Panics when it is dropped, with another one.
    Bomb,
}

impl Faults {
    pub(crate) const fn none() -> Self {
        Self { first: 0, second: 0, payload: Payload::Text, loud: false }
    }
}

struct Armed {
    faults: Faults,
    calls: u64,
    fired: Vec<&'static str>,
    sites: BTreeSet<&'static str>,
}

thread_local! {
    static ARMED: RefCell<Option<Armed>> = const { RefCell::new(None) };
}

/// User code is called here. While a panic is under way none is thrown: two at once abort a program, by Rust's own rule.
pub(crate) fn hook(site: &'static str) {
    let thrown = ARMED.with_borrow_mut(|armed| {
        let armed = armed.as_mut().filter(|_| !thread::panicking())?;
        armed.calls += 1;
        armed.sites.insert(site);
        let Faults { first, second, payload, loud } = armed.faults;
        let fires = [first, second].contains(&armed.calls) || (loud && site == "log" && !armed.fired.is_empty());
        fires.then(|| {
            armed.fired.push(site);
            payload
        })
    });
    if let Some(payload) = thrown {
        let payload: Box<dyn Any + Send> = match payload {
            Payload::Text => Box::new("armed"),
            Payload::Bomb => Box::new(Bomb(3)),
        };
        resume_unwind(payload);
    }
}

/// While hooks are armed.
pub(crate) fn armed<R>(faults: Faults, run: impl FnOnce() -> R) -> R {
    ARMED.set(Some(Armed { faults, calls: 0, fired: Vec::new(), sites: BTreeSet::new() }));
    run()
}

/// Hooks are at rest: how many calls there were, of what kinds, and which of them panicked.
pub(crate) fn disarmed() -> (u64, BTreeSet<&'static str>, Vec<&'static str>) {
    ARMED.take().map_or_else(Default::default, |armed| (armed.calls, armed.sites, armed.fired))
}

/// In between, hooks are at rest.
pub(crate) fn at_rest<R>(run: impl FnOnce() -> R) -> R {
    let armed = ARMED.take();
    let result = run();
    ARMED.set(armed);
    result
}

struct Bomb(u8);

impl Drop for Bomb {
    fn drop(&mut self) {
        if self.0 > 0 && !thread::panicking() {
            resume_unwind(Box::new(Self(self.0 - 1)));
        }
    }
}

/// A waker whose `wake` is a hook.
pub(crate) struct Loud;

impl Wake for Loud {
    fn wake(self: Arc<Self>) {
        hook("wake");
    }
}

/// A log whose every line is a hook.
struct Log;

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        struct Read;
        impl Visit for Read {
            fn record_debug(&mut self, _: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                let _ = format!("{value:?}");
            }
        }
        event.record(&mut Read);
        hook("log");
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// With that log.
pub(crate) fn logging<R>(run: impl FnOnce() -> R) -> R {
    tracing::subscriber::with_default(Log, run)
}
