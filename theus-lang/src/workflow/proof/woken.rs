//! Guards that ask what time it is, and are not asked again as time goes by.

use super::Subject;
use crate::source::Problem;
use crate::workflow::chart::{StateId, Transition, Trigger};
use crate::workflow::file::{Diagnostics, code};

/// Doubts `now` in the guard of an `always` whose state has no time that would wake it: neither itself, nor what may be active
/// with it.
pub(super) fn check(subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    for (id, state) in subject.ids() {
        let asks = |way: &&Transition| {
            way.trigger == Trigger::Always && way.guard.as_ref().is_some_and(|guard| guard.asks_now())
        };
        let mut asking = state.transitions.iter().filter(asks).peekable();
        if asking.peek().is_none() || is_woken(subject, id) {
            continue;
        }
        asking.for_each(|way| doubt(subject, id, way, diagnostics));
    }
}

fn is_woken(subject: &Subject<'_>, id: StateId) -> bool {
    let has_time = |other: StateId| {
        let state = subject.states.get(other.0 as usize);
        state.is_some_and(|state| state.transitions.iter().any(|way| way.trigger.is_time()))
    };
    subject.ids().any(|(other, _)| has_time(other) && subject.may_be_active_with(id, other))
}

fn doubt(subject: &Subject<'_>, id: StateId, way: &Transition, diagnostics: &mut Diagnostics) {
    diagnostics.warn(code::NOT_WOKEN, || {
        let name = subject.name(id);
        let message = format!("that time goes by does not make this `always` of state `{name}` ask `now` again");
        Problem::new(subject.at(&way.place), message)
            .label("it is asked on entering, and after each event, time and commit")
            .help("wait for the time by `after` or `at`, or look now and then by `every`")
    });
}
