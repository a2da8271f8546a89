//! Regions that want to leave to different places on the same event; what says of regions that they wait, where there are none.

use std::collections::BTreeMap;

use super::Subject;
use crate::signal::EventName;
use crate::source::Problem;
use crate::workflow::chart::{StateId, StateKind, Transition, Trigger};
use crate::workflow::file::{Diagnostics, code};

pub(super) fn check(subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    for (id, state) in subject.ids().filter(|(_, state)| state.atomic) {
        if !subject.is_in_regions(id)
            && !subject.ids().any(|(inner, _)| subject.is_within(inner, id) && subject.is_parallel(inner))
        {
            diagnostics.error(code::NO_REGION, || {
                Problem::new(
                    subject.at(&state.place),
                    format!("`atomic` says nothing here: `{}` is in no region", state.name),
                )
                .label("no region goes on beside it")
                .help("leave `atomic` out")
            });
        }
    }
    // For each parallel state and event: the first region that leaves by it, and how.
    let mut leaving: BTreeMap<(StateId, &EventName), (StateId, &Transition)> = BTreeMap::new();
    for (id, state) in subject.ids() {
        for transition in &state.transitions {
            let (Trigger::Event { name, .. }, [target, ..]) = (&transition.trigger, &transition.targets[..]) else {
                continue;
            };
            let around: Vec<StateId> = subject.up(id).collect();
            for pair in around.windows(2) {
                let [region, parallel] = pair else { continue };
                let is_parallel = subject.state(*parallel).is_some_and(|it| matches!(it.kind, StateKind::Parallel));
                if !is_parallel || transition.targets.iter().all(|target| subject.is_within(*target, *region)) {
                    continue;
                }
                match leaving.get(&(*parallel, name)) {
                    None => drop(leaving.insert((*parallel, name), (*region, transition))),
                    Some((other, first)) if other != region && first.targets != transition.targets => {
                        diagnostics.warn(code::PREEMPTED, || {
                            let (written, outer) = (name, subject.name(*parallel));
                            let at = subject.at(&transition.place);
                            Problem::new(
                                at,
                                format!("two regions of `{outer}` leave by `{written}` to different states"),
                            )
                            .label(format!("`{}` is left for `{}`", subject.name(*region), subject.name(*target)))
                            .help("the region that comes first in the file wins; say it once, in the state around them")
                            .other("the other one", subject.at(&first.place))
                        });
                    }
                    Some(_) => {}
                }
            }
        }
    }
}
