//! Guards that ask for a state of which is known whether it is active when they are asked.

use super::Subject;
use crate::source::Problem;
use crate::workflow::chart::{StateId, Transition};
use crate::workflow::file::{Diagnostics, code};

/// Doubts `in('STATE')` in a guard whose own state is active with that one always, or never.
pub(super) fn check(subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    for (id, state) in subject.ids() {
        for way in &state.transitions {
            let asks = way.guard.iter().flat_map(|guard| guard.asks()).map(|asked| StateId(*asked));
            asks.for_each(|asked| doubt(subject, id, asked, way, diagnostics));
        }
    }
}

fn doubt(subject: &Subject<'_>, own: StateId, asked: StateId, way: &Transition, diagnostics: &mut Diagnostics) {
    let holds = subject.is_within(own, asked);
    if !holds && subject.may_be_active_with(own, asked) {
        return;
    }
    diagnostics.warn(code::DECIDED, || {
        let (own, asked) = (subject.name(own), subject.name(asked));
        let never = if holds { "always" } else { "never" };
        let problem = Problem::new(subject.at(&way.place), format!("`in('{asked}')` {never} holds in state `{own}`"));
        if !holds {
            return problem
                .label(format!("`{own}` and `{asked}` are never active at once"))
                .help("ask for a state in another region, or inside of this one");
        }
        let label =
            if own == asked { "it is that state itself".to_owned() } else { format!("`{own}` is inside `{asked}`") };
        problem.label(label).help("leave it out, or ask for a state in another region, or inside of this one")
    });
}
