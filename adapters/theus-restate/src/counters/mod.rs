//! Rules that count `across: engine`, over all machines.
//!
//! One object of Restate has a counter for each such rule of an object. What a run has added goes there by one message, in the invocation
//! that writes the session's entry; each process looks at what the counters hold. Or a run asks for each violation, and is judged by the answer.

mod handle;
mod object;
mod told;

use std::sync::Arc;

pub use handle::Counters;
pub(crate) use handle::place;
pub use told::{Decided, LookAsk};

pub(crate) use object::definition;

use crate::drive::SharedCounters;

/// How rules that say `across: engine` are counted over machines: see [`Object::counting`](crate::Object::counting).
#[derive(Clone, Debug)]
pub enum Counting {
    /// A run goes by what was counted when its process last looked, and what it adds is on its way when it is kept: a level acts a run late,
    /// at the next violation that knows of the others. It costs a message for each call that has violated such a rule, and a look for
    /// each rule once in the time that a look is good for.
    Late(Counters),
    /// A run asks for each violation before it is judged by it: a level acts as in one process. It costs a call for each violation,
    /// and where a rule counts passes too (`reset_on_success`, `of`), a look for each call.
    Exact(Counters),
}

impl Counting {
    /// The counters.
    #[must_use]
    pub const fn counters(&self) -> &Counters {
        match self {
            Self::Late(counters) | Self::Exact(counters) => counters,
        }
    }

    /// Those of the rules of one object, and under which name they are there.
    pub(crate) fn of(&self, object: &str) -> (Arc<str>, Arc<dyn SharedCounters>) {
        let (counters, is_exact) = (self.counters().clone(), matches!(self, Self::Exact(_)));
        let group = counters.group_of(object);
        (Arc::clone(&group), Arc::new(handle::OfObject { counters, group, is_exact }))
    }
}
