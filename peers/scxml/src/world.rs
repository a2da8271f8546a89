//! What a chart's steps do: variables, events of its own, events that are sent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use theus_core::prelude::*;

/// The variables, and a signal for each event.
#[derive(Clone, Default, Context)]
pub(crate) struct Vars {
    v0: i64,
    sig_e0: bool,
    v1: i64,
    sig_e1: bool,
    v2: i64,
    sig_e2: bool,
    v3: i64,
    sig_e3: bool,
    v4: i64,
    sig_e4: bool,
    v5: i64,
    sig_e5: bool,
    v6: i64,
    sig_e6: bool,
    v7: i64,
    sig_e7: bool,
    v8: i64,
    sig_e8: bool,
    v9: i64,
    sig_e9: bool,
    v10: i64,
    sig_e10: bool,
    v11: i64,
    sig_e11: bool,
    v12: i64,
    sig_e12: bool,
    v13: i64,
    sig_e13: bool,
    v14: i64,
    sig_e14: bool,
    v15: i64,
    sig_e15: bool,
    /// Those that are lists.
    lists: Vec<Vec<i64>>,
}

/// The world outside.
pub(crate) struct Ports {
    pub(crate) post: Post,
}

type App = Ctx<Vars, (), Ports>;

impl Vars {
    /// With these values.
    pub(crate) fn of(begin: &[i64], lists: Vec<Vec<i64>>) -> Self {
        let at = |at: usize| begin.get(at).copied().unwrap_or_default();
        Self {
            v0: at(0),
            v1: at(1),
            v2: at(2),
            v3: at(3),
            v4: at(4),
            v5: at(5),
            v6: at(6),
            v7: at(7),
            v8: at(8),
            v9: at(9),
            v10: at(10),
            v11: at(11),
            v12: at(12),
            v13: at(13),
            v14: at(14),
            v15: at(15),
            lists,
            ..Self::default()
        }
    }
}

/// Gives a variable a value.
#[process(outputs = [domain.v0, domain.v1, domain.v2, domain.v3, domain.v4, domain.v5, domain.v6, domain.v7, domain.v8, domain.v9, domain.v10, domain.v11, domain.v12, domain.v13, domain.v14, domain.v15])]
pub(crate) fn assign(ctx: App, at: usize, value: i64) {
    match at {
        0 => ctx.domain.v0.set(value),
        1 => ctx.domain.v1.set(value),
        2 => ctx.domain.v2.set(value),
        3 => ctx.domain.v3.set(value),
        4 => ctx.domain.v4.set(value),
        5 => ctx.domain.v5.set(value),
        6 => ctx.domain.v6.set(value),
        7 => ctx.domain.v7.set(value),
        8 => ctx.domain.v8.set(value),
        9 => ctx.domain.v9.set(value),
        10 => ctx.domain.v10.set(value),
        11 => ctx.domain.v11.set(value),
        12 => ctx.domain.v12.set(value),
        13 => ctx.domain.v13.set(value),
        14 => ctx.domain.v14.set(value),
        15 => ctx.domain.v15.set(value),
        _ => {}
    }
}

/// Raises an event of the chart's own.
#[process(outputs = [domain.sig_e0, domain.sig_e1, domain.sig_e2, domain.sig_e3, domain.sig_e4, domain.sig_e5, domain.sig_e6, domain.sig_e7, domain.sig_e8, domain.sig_e9, domain.sig_e10, domain.sig_e11, domain.sig_e12, domain.sig_e13, domain.sig_e14, domain.sig_e15])]
pub(crate) fn raise(ctx: App, event: usize) {
    match event {
        0 => ctx.domain.sig_e0.set(true),
        1 => ctx.domain.sig_e1.set(true),
        2 => ctx.domain.sig_e2.set(true),
        3 => ctx.domain.sig_e3.set(true),
        4 => ctx.domain.sig_e4.set(true),
        5 => ctx.domain.sig_e5.set(true),
        6 => ctx.domain.sig_e6.set(true),
        7 => ctx.domain.sig_e7.set(true),
        8 => ctx.domain.sig_e8.set(true),
        9 => ctx.domain.sig_e9.set(true),
        10 => ctx.domain.sig_e10.set(true),
        11 => ctx.domain.sig_e11.set(true),
        12 => ctx.domain.sig_e12.set(true),
        13 => ctx.domain.sig_e13.set(true),
        14 => ctx.domain.sig_e14.set(true),
        15 => ctx.domain.sig_e15.set(true),
        _ => {}
    }
}

/// Sends an event, which comes from outside after so many milliseconds.
#[process(effects = [post])]
pub(crate) fn deliver(ctx: App, event: usize, after: u64, id: String) {
    ctx.effects.post.send(Sent { event, id, brings: None }, Duration::from_millis(after));
}

/// Sends an event with numbers under their names, with one number, with JSON, or with a text.
#[process(effects = [post])]
pub(crate) fn deliver_with(
    ctx: App,
    event: usize,
    after: u64,
    id: String,
    names: Vec<String>,
    values: Vec<i64>,
    text: String,
) {
    let brings = match (names.is_empty(), values.first()) {
        (true, Some(number)) => json!(number),
        (true, None) => serde_json::from_str(&text).unwrap_or_else(|_| json!(text)),
        _ => Value::Object(names.into_iter().zip(values.into_iter().map(Value::from)).collect()),
    };
    ctx.effects.post.send(Sent { event, id, brings: Some(brings) }, Duration::from_millis(after));
}

/// What was sent under this name, and has not come, does not come.
#[process(effects = [post])]
pub(crate) fn cancel(ctx: App, id: String) {
    ctx.effects.post.cancel(&id);
}

/// Something in the chart is wrong.
#[derive(Debug)]
pub(crate) struct Wrong;

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("something in the chart is wrong")
    }
}

impl std::error::Error for Wrong {}

/// What SCXML has fail.
#[process(errors = [Wrong])]
pub(crate) fn fails(_ctx: App) -> Result<(), Wrong> {
    Err(Wrong)
}

/// Does nothing.
#[process]
pub(crate) fn nothing(_ctx: App) {}

/// What was sent and has not come.
#[derive(Clone, Default)]
pub(crate) struct Post {
    inner: Arc<Mutex<Inner>>,
}

/// An event on its way.
pub(crate) struct Sent {
    pub(crate) event: usize,
    id: String,
    pub(crate) brings: Option<Value>,
}

#[derive(Default)]
struct Inner {
    now: Duration,
    sent: BTreeMap<(Duration, usize), Sent>,
    count: usize,
}

impl Post {
    fn with<T>(&self, act: impl FnOnce(&mut Inner) -> T) -> T {
        act(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn cancel(&self, id: &str) {
        self.with(|inner| inner.sent.retain(|_, sent| sent.id != id));
    }

    fn send(&self, sent: Sent, after: Duration) {
        self.with(|inner| {
            inner.count += 1;
            let key = (inner.now + after, inner.count);
            inner.sent.insert(key, sent);
        });
    }

    /// Its time.
    pub(crate) fn now(&self) -> Duration {
        self.with(|inner| inner.now)
    }

    /// Takes the event that comes next, not after this time.
    pub(crate) fn next(&self, end: Duration) -> Option<(Duration, Sent)> {
        self.with(|inner| {
            let first = inner.sent.first_entry().filter(|first| first.key().0 <= end)?;
            let due = first.key().0;
            Some((due, first.remove()))
        })
    }

    /// Goes to this time: how much has gone by.
    pub(crate) fn go_to(&self, time: Duration) -> Duration {
        self.with(|inner| {
            let by = time.saturating_sub(inner.now);
            inner.now = inner.now.max(time);
            by
        })
    }
}
