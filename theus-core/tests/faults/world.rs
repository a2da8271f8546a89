//! A context, arguments, an output, an error, a scratch, a sink and a clock: whatever of them is called is a hook.

use std::fmt;
use std::future::poll_fn;
use std::task::Poll;
use std::time::SystemTime;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use theus_core::audit::{AuditRecord, Sink, SinkError};
use theus_core::prelude::*;
use theus_core::{Shape, Value};

use crate::hooks::hook;

macro_rules! hooked {
    ($($name:ident),*) => {$(
        #[derive(Debug)]
        pub(crate) struct $name(pub(crate) i64);

        impl Clone for $name {
            fn clone(&self) -> Self {
                hook("clone");
                Self(self.0)
            }
        }
        impl Drop for $name {
            fn drop(&mut self) {
                hook("drop");
            }
        }
        impl Default for $name {
            fn default() -> Self {
                hook("default");
                Self(0)
            }
        }
        impl Inspect for $name {
            fn shape() -> Shape {
                <i64 as Inspect>::shape()
            }
            fn inspect(&self) -> Value<'_> {
                hook("inspect");
                Value::Int(i128::from(self.0))
            }
        }
    )*};
}

hooked!(Mine, Alarm, Parcel);

impl Signal for Alarm {
    fn is_raised(&self) -> bool {
        hook("raised");
        self.0 != 0
    }
}

impl Serialize for Parcel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        hook("serialize");
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Parcel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        hook("deserialize");
        i64::deserialize(deserializer).map(Self)
    }
}

#[derive(Debug)]
pub(crate) struct Broken(#[allow(dead_code, reason = "dropped")] Mine);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hook("display");
        f.write_str("broken")
    }
}

impl std::error::Error for Broken {}

#[derive(Clone, Default, Context)]
#[inspect(methods(total -> i64))]
pub(crate) struct World {
    pub(crate) one: Mine,
    pub(crate) two: Mine,
    pub(crate) count: i64,
    pub(crate) other: i64,
    pub(crate) meta_note: Mine,
    pub(crate) sig_alarm: Alarm,
}

impl WorldView<'_> {
    fn total(&self) -> i64 {
        hook("computed");
        self.count + self.one.0
    }
}

#[derive(Clone, Default, Context)]
pub(crate) struct Scratch {
    it: Mine,
}

pub(crate) struct Ports {
    pub(crate) call: Box<dyn Fn() + Send + Sync>,
}

pub(crate) type App = Ctx<World, (), Ports>;

/// From here on a parcel is blocked at the output gate.
pub(crate) const TOO_MUCH: i64 = 1_000_000;

pub(crate) const RECIPE: &str = "
process_recipes:
  _hooks:
    inputs:
      - { field: parcel, max: 0, level: C, message: 'a parcel of {value}' }
      - { field: domain.total(), min: -1 }
      - { field: local.it, max: 0 }
    outputs:
      - { field: domain.one, min: -1 }
      - { field: domain.total(), min: -1 }
      - { field: local.it, max: 7 }
      - { field: parcel, max: 1000000, level: B }
      - { field: domain.count, max: 0, level: C }
  work: { inherits: _hooks }
  work_slowly: { inherits: _hooks }
";

#[process(
    inputs = [domain.one, domain.count],
    outputs = [domain.one, domain.two, domain.count, domain.meta_note, domain.sig_alarm],
    errors = [Broken],
    local = Scratch,
)]
pub(crate) fn work(ctx: App, parcel: Parcel, fails: bool) -> Result<Mine, Broken> {
    hook("body");
    let number = parcel.0;
    let made = Mine(number);
    ctx.local.it = Mine(7);
    ctx.domain.one.0 = number;
    hook("body");
    ctx.domain.two.set(made.clone());
    *ctx.domain.count = number;
    ctx.domain.meta_note.set(Mine(number));
    ctx.domain.sig_alarm.set(Alarm(number));
    hook("body");
    if fails { Err(Broken(made)) } else { Ok(made) }
}

#[process(
    inputs = [domain.one, domain.count],
    outputs = [domain.one, domain.two, domain.count, domain.meta_note, domain.sig_alarm],
    errors = [Broken],
    local = Scratch,
)]
pub(crate) async fn work_slowly(ctx: App, parcel: Parcel, fails: bool) -> Result<Mine, Broken> {
    hook("body");
    let number = parcel.0;
    let made = Mine(number);
    ctx.local.it = Mine(7);
    ctx.domain.one.0 = number;
    pause().await;
    hook("body");
    ctx.domain.two.set(made.clone());
    *ctx.domain.count = number;
    pause().await;
    ctx.domain.meta_note.set(Mine(number));
    ctx.domain.sig_alarm.set(Alarm(number));
    hook("body");
    if fails { Err(Broken(made)) } else { Ok(made) }
}

/// Writes nothing of what it may write: what another run left there would come out.
#[process(outputs = [domain.one, domain.two, domain.count, domain.other, domain.meta_note, domain.sig_alarm])]
#[allow(deprecated, reason = "that nothing of it is written is the point")]
pub(crate) fn write_nothing(_ctx: App) {}

/// Changes what the others read.
#[process(inputs = [domain.count], outputs = [domain.count])]
pub(crate) fn nudge(ctx: App) {
    *ctx.domain.count += 1;
}

/// Waits for its turn.
#[process(inputs = [domain.other])]
pub(crate) async fn look_on(ctx: App) -> i64 {
    *ctx.domain.other
}

/// Must have the session to itself, so that what is beside it shares its turn.
#[process(inputs = [domain.other], outputs = [domain.other], effects = [call])]
pub(crate) async fn hold(ctx: App) {
    pause().await;
    (ctx.effects.call)();
    *ctx.domain.other += 1;
}

/// Pending once, woken at once.
async fn pause() {
    let mut paused = false;
    poll_fn(|task| {
        if std::mem::replace(&mut paused, true) {
            return Poll::Ready(());
        }
        task.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// A sink whose every record is a hook.
pub(crate) struct Paper;

impl Sink for Paper {
    fn name(&self) -> String {
        "paper".to_owned()
    }
    fn write(&mut self, _: &AuditRecord) -> Result<(), SinkError> {
        hook("sink");
        Ok(())
    }
}

pub(crate) fn clock() -> SystemTime {
    hook("clock");
    SystemTime::UNIX_EPOCH
}
