//! Reading where a transition leads: to one state, or into several regions; and whether it leaves its own.

use super::code;
use super::reading::Reading;
use crate::source::{NodePath, Problem, Value};
use crate::workflow::chart::StateId;

impl Reading<'_> {
    /// `to`: the name of a state, or of one in each of several regions.
    pub(super) fn targets(&mut self, value: &Value, at: &NodePath, what: &str) -> Option<Vec<StateId>> {
        let Value::Sequence(list) = value else { return Some(vec![self.target(value, at, what)?]) };
        if list.is_empty() {
            self.diagnostics.lost_ways = true;
            self.diagnostics.error(code::WRONG_KIND, || {
                Problem::new(at.clone(), "`to` names no state")
                    .help("name one, or leave `to` out: then no state is left")
            });
            return None;
        }
        let found: Vec<Option<StateId>> =
            list.iter().enumerate().map(|(index, value)| self.target(value, &at.index(index), what)).collect();
        let targets: Vec<StateId> = found.into_iter().collect::<Option<_>>()?;
        // A state stands before all that is inside it: of two that do not fit together there are two neighbours.
        let mut in_order: Vec<(StateId, usize)> = targets.iter().copied().zip(0..).collect();
        in_order.sort_unstable();
        let mut fit = true;
        for pair in in_order.windows(2) {
            let [(first, one), (second, other)] = *pair else { continue };
            fit &= self.fit_together(first, second, &at.index(one.max(other)));
        }
        self.diagnostics.lost_ways |= !fit;
        fit.then_some(targets)
    }

    fn fit_together(&mut self, first: StateId, second: StateId, at: &NodePath) -> bool {
        let outline = &self.outline;
        let common = outline.common(first, second);
        if common.is_some_and(|id| id != first && outline.state(id).is_some_and(|it| it.get("regions").is_some())) {
            return true;
        }
        let name = |id| outline.state(id).map_or("", |state| state.name);
        let (one, other) = (name(first), name(second));
        let problem = if first == second {
            Problem::new(at.clone(), format!("`{one}` is named twice"))
        } else if common == Some(first) {
            Problem::new(at.clone(), format!("`{other}` is inside `{one}`"))
                .help("name the inner one alone: what is around it is entered with it")
        } else {
            Problem::new(at.clone(), format!("`{one}` and `{other}` cannot both be active: no regions hold them"))
                .help("`to: [A, B]` leads into several regions of one state; of several candidates, `[{ to: A, when: \"..\" }, B]`, the first is taken whose `when` holds")
        };
        self.diagnostics.error(code::REGIONS, || problem);
        false
    }

    /// `reenter: false`: a transition to inside of its own state does not leave it.
    pub(super) fn reenter(
        &mut self,
        value: &Value,
        targets: Option<Option<&[StateId]>>,
        at: &NodePath,
        key: &NodePath,
    ) -> Option<bool> {
        let reenters = self.diagnostics.flag(value, at, "`reenter`")?;
        let Some(targets) = targets else {
            self.diagnostics.error(code::REENTER, || {
                Problem::new(key.clone(), "`reenter` says nothing without `to`")
                    .help("a transition that leads nowhere leaves no state, and enters none")
            });
            return None;
        };
        // What is wrong with the targets has been told.
        let (targets, own) = (targets?, self.own?);
        if reenters {
            return Some(true);
        }
        let outline = &self.outline;
        let name = |id| outline.state(id).map_or("", |state| state.name);
        let outside = targets.iter().copied().find(|target| !outline.is_within(*target, own));
        let is_parallel = outline.state(own).is_some_and(|state| state.get("regions").is_some());
        let problem = match outside {
            Some(target) if target == own => Problem::new(key.clone(), format!("`{}` is the state itself", name(own)))
                .help("name the state inside that it goes on with; without `to` no state is left"),
            Some(target) => {
                Problem::new(key.clone(), format!("`{}` is not inside `{}`, which is left", name(target), name(own)))
                    .help("`reenter: false` is for a target inside: leave it out")
            }
            None if is_parallel => {
                Problem::new(key.clone(), format!("`{}` has regions, which are all left and entered again", name(own)))
                    .help("write the transition in the region: then the others stay as they are")
            }
            None => return Some(false),
        };
        self.diagnostics.error(code::REENTER, || problem);
        None
    }
}
