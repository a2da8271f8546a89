//! Units of the rules on one field: they are the same.

use std::collections::{HashMap, HashSet};

use super::super::catalog::Problems;
use super::super::code;
use super::super::resolve::Draft;
use crate::audit::rule::Base;
use crate::source::{NodePath, Problem};

/// Refuses rules that measure one field in two units. The argument of another process is another field.
pub(super) fn check(drafts: &[Draft], problems: &mut Problems) {
    let mut known: HashMap<(Option<&str>, &str), (&str, &NodePath)> = HashMap::new();
    let (mut told, mut last) = (HashSet::new(), None);
    for draft in drafts {
        for (rule, place) in draft.rules.iter().zip(&draft.places) {
            let Some(unit) = rule.unit() else { continue };
            let process =
                matches!(rule.target.base, Base::Argument(_) | Base::Local(_)).then_some(draft.contract.process);
            let (first, at) = *known.entry((process, rule.path.as_str())).or_insert((unit, place));
            // An invariant is there once for each process after which it is judged.
            if first == unit.as_str() || !told.insert(rule.identity) || last.as_ref() == Some(&place.parent()) {
                continue;
            }
            last = Some(place.parent());
            let message = format!("{} is measured in `{unit}` here, and in `{first}` by another rule", rule.path);
            let problem = Problem::new(place.parent().key("unit"), message).code(code::UNIT);
            let problem = problem.help("a field has one unit: convert the bound, and give both the unit of the field");
            problems.push(problem.other("the other one", at.parent().key("unit")));
        }
    }
}
