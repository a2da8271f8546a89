//! What becomes of a saga on each way out of it.

use super::Subject;
use super::tree::chains;
use crate::source::Problem;
use crate::workflow::chart::{State, StateId, Step, Transition, Trigger};
use crate::workflow::file::{Diagnostics, code};

/// Refuses `undo` where no saga is left; doubts ways out of a saga that do not say what becomes of it, and sagas in which nothing
/// can be undone.
pub(super) fn check(subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    let sagas = Sagas::of(subject);
    for (id, state) in subject.ids() {
        for way in &state.transitions {
            match way.undo {
                Some(_) if sagas.left_by(subject, id, way, |_| true).is_none() => {
                    says_nothing(subject, way, diagnostics);
                }
                None if is_unsaid(&way.trigger) => {
                    if let Some(saga) = sagas.left_by(subject, id, way, |saga| sagas.can_undo(saga)) {
                        unsaid(subject, saga, way, diagnostics);
                    }
                }
                _ => {}
            }
        }
        if state.saga && !sagas.can_undo(id) {
            empty(subject, state, diagnostics);
        }
    }
}

fn says_nothing(subject: &Subject<'_>, way: &Transition, diagnostics: &mut Diagnostics) {
    diagnostics.error(code::NO_SAGA, || {
        Problem::new(subject.at(&way.place), "`undo` says nothing here: no saga is left by this")
            .help("write `saga: true` on the state whose commits are to be undone, or leave `undo` out")
    });
}

/// Whether the file alone can know what is meant: an event may be a good end or a bad one.
fn is_unsaid(trigger: &Trigger) -> bool {
    match trigger {
        Trigger::Event { name, .. } => !name.is_builtin(),
        Trigger::Any | Trigger::Always | Trigger::DoneOf(_) | Trigger::Every(_) | Trigger::Cron(_) => true,
        _ => false,
    }
}

fn unsaid(subject: &Subject<'_>, saga: StateId, way: &Transition, diagnostics: &mut Diagnostics) {
    diagnostics.warn(code::UNSAID, || {
        let name = subject.name(saga);
        Problem::new(subject.at(&way.place), format!("this leaves the saga `{name}` well: what it has committed stays"))
            .help("write `undo: true` where that is to be undone, `undo: false` where it stays")
    });
}

fn empty(subject: &Subject<'_>, state: &State, diagnostics: &mut Diagnostics) {
    diagnostics.warn(code::EMPTY_SAGA, || {
        Problem::new(subject.at(&state.place), format!("nothing in the saga `{}` can be undone", state.name))
            .help("write `compensate` at the steps that have to be, or leave `saga` out")
    });
}

/// Where sagas are, by state.
struct Sagas {
    /// A saga that the state is, or that is inside it; the first one in the file in which something can be undone, else the first one.
    inside: Vec<Option<StateId>>,
    /// Whether a step of the state, or inside it, has a compensation.
    compensates: Vec<bool>,
}

impl Sagas {
    fn of(subject: &Subject<'_>) -> Self {
        let count = subject.states.len();
        let mut found = Self { inside: vec![None; count], compensates: vec![false; count] };
        // A child stands behind its parent in the file.
        for index in (0..count).rev() {
            let Some(state) = subject.states.get(index) else { continue };
            let id = StateId(u32::try_from(index).unwrap_or(u32::MAX));
            found.compensates[index] |= chains(state).flatten().any(compensates);
            if state.saga {
                found.inside[index] = found.better(Some(id), found.inside[index]);
            }
            let parent = state.parent.map(|parent| parent.0 as usize).filter(|parent| *parent < index);
            if let Some(parent) = parent {
                found.inside[parent] = found.better(found.inside[index], found.inside[parent]);
                found.compensates[parent] |= found.compensates[index];
            }
        }
        found
    }

    /// Of two, that in which something can be undone; the first, where both are alike.
    fn better(&self, first: Option<StateId>, second: Option<StateId>) -> Option<StateId> {
        let can = |saga: &StateId| self.can_undo(*saga);
        first.filter(can).or(second.filter(can)).or(first).or(second)
    }

    fn inside(&self, state: StateId) -> Option<StateId> {
        self.inside.get(state.0 as usize).copied().flatten()
    }

    fn can_undo(&self, saga: StateId) -> bool {
        self.compensates.get(saga.0 as usize).is_some_and(|compensates| *compensates)
    }

    /// A saga of this kind that may be left by a transition: one around its source, within that, or in a region beside it.
    fn left_by(
        &self,
        subject: &Subject<'_>,
        source: StateId,
        way: &Transition,
        is_it: impl Fn(StateId) -> bool,
    ) -> Option<StateId> {
        if way.targets.is_empty() {
            return None;
        }
        let kept = subject.kept(source, way);
        let inside = |state: StateId| self.inside(state).filter(|saga| is_it(*saga));
        let children = |state: StateId| subject.state(state).map_or(&[][..], |state| &state.children);
        if kept == Some(source) {
            return children(source).iter().find_map(|child| inside(*child));
        }
        let (mut inner, mut found) = (source, inside(source));
        for around in subject.up(source).take_while(|state| Some(*state) != kept) {
            if subject.state(around)?.saga && is_it(around) {
                found = found.or(Some(around));
            }
            if subject.is_parallel(around) {
                let beside = subject.state(around)?.children.iter().filter(|region| **region != inner);
                found = found.or_else(|| beside.filter_map(|region| inside(*region)).next());
            }
            inner = around;
        }
        // The whole stays, and none of its regions does.
        let whole = kept.filter(|kept| subject.is_parallel(*kept));
        let beside = whole.into_iter().flat_map(children).filter(|region| **region != inner);
        found.or_else(|| beside.filter_map(|region| inside(*region)).next())
    }
}

fn compensates(step: &Step) -> bool {
    step.runs().iter().any(|run| run.compensate.is_some())
}
