//! Rules that do nothing, or not what they seem to, wherever they apply: an entry that several processes have is told of
//! only where it is so for all of them.

use std::cell::OnceCell;
use std::cmp::Ordering;

use super::super::super::condition::Operator;
use super::super::super::rule::{Base, Rule, Scope};
use super::super::catalog::Problems;
use super::super::code;
use super::super::touch::Touched;
use super::{Changing, Weighed, field_place, what_is_judged};
use crate::audit::Level;
use crate::context::Shape;
use crate::source::Problem;
use theus_model::audit::Gate;

/// More rules than this on one path at one gate are not weighed against each other.
const MOST_WEIGHED: usize = 64;

/// One condition of an entry, and what is so for the processes that have it.
struct Use {
    /// The first of its rules: the draft and the rule's place in it.
    first: (usize, usize),
    processes: usize,
    /// How many of the processes write the path.
    writing: usize,
    /// How many write it and do not read it.
    only_writing: usize,
    /// Whether there may be nothing, for any of them.
    may_be_missing: bool,
    /// For how many a stricter rule stands beside it, and one such rule.
    weaker: usize,
    than: Option<(usize, usize)>,
}

/// `bounds` is how many conditions the files have.
pub(super) fn check(weighed: &[Weighed<'_>], bounds: u32, changing: &Changing<'_>, problems: &mut Problems) {
    let mut uses: Vec<Option<Use>> = (0..bounds).map(|_| None).collect();
    // In the order in which the processes have them.
    let mut found = Vec::new();
    for (index, one) in weighed.iter().enumerate() {
        let (draft, stricter, read) = (one.draft, stricter(one), OnceCell::new());
        for (at, rule) in draft.rules.iter().enumerate() {
            let Some(of_rule) = uses.get_mut(draft.bounds[at] as usize) else { continue };
            let of_rule = of_rule.get_or_insert_with(|| {
                found.push(draft.bounds[at]);
                Use::of((index, at))
            });
            let writes = draft.written[at];
            let reads = || read.get_or_init(|| Touched::read(draft.contract)).has(&rule.path);
            of_rule.processes += 1;
            of_rule.writing += usize::from(writes);
            // Of interest where the value is judged that is there before.
            let is_of_field = rule.condition.that().is_none();
            of_rule.only_writing += usize::from(is_of_field && writes && rule.gate == Gate::Input && !reads());
            of_rule.may_be_missing |= matches!(draft.shapes[at], Shape::Optional(_));
            if let Some(than) = stricter.get(at).copied().flatten() {
                of_rule.weaker += 1;
                of_rule.than.get_or_insert((index, than));
            }
        }
    }
    for of_rule in found.into_iter().filter_map(|bound| uses[bound as usize].as_ref()) {
        of_rule.tell(weighed, changing, problems);
    }
}

impl Use {
    const fn of(first: (usize, usize)) -> Self {
        let [processes, writing, only_writing, weaker] = [0; 4];
        Self { first, processes, writing, only_writing, may_be_missing: false, weaker, than: None }
    }

    fn tell(&self, weighed: &[Weighed<'_>], changing: &Changing<'_>, problems: &mut Problems) {
        let (draft, at) = (weighed[self.first.0].draft, self.first.1);
        let (rule, place) = (&draft.rules[at], &draft.places[at]);
        let Rule { path, test, .. } = rule;
        if rule.where_present && !self.may_be_missing {
            let message = format!("`where_present` does nothing: {path} is always there");
            let problem = Problem::new(place.parent().at_key("where_present"), message).code(code::WHERE_PRESENT);
            problems.push(problem.help("leave it out"));
        }
        let of_domain = match rule.target.base {
            Base::Domain(_) => true,
            Base::Named => rule.reads().any(|path| path.starts_with("domain.")),
            _ => false,
        };
        let of_process = of_domain && rule.scope == Scope::Process;
        if of_process && rule.gate == Gate::Input && self.only_writing == self.processes {
            let who = self.who(draft.contract.process, "writes and does not read");
            let message = format!("{who} {path}: the rule judges the value that is about to be replaced");
            let problem = Problem::warning(place.parent().key("field"), message).code(code::OLD_VALUE);
            problems.push(problem.help("judge what it writes: put the entry under `outputs`"));
        }
        if of_process && rule.gate == Gate::Output && self.writing == 0 && changing.changes(rule) {
            let who = self.who(draft.contract.process, "does not write");
            match test {
                // Told as one that is always violated.
                Operator::Changed => {}
                Operator::Unchanged | Operator::MaxDelta | Operator::Monotonic => {
                    let message = format!("{who} {path}: no run can violate `{test}`");
                    let problem = Problem::warning(place.clone(), message).code(code::NOT_WRITTEN);
                    problems.push(problem.help("put the rule on a process that writes it, or remove it"));
                }
                _ => {
                    let path = what_is_judged(rule);
                    let message = format!("{who} {path}: the rule finds what was there before the run");
                    let problem = Problem::warning(field_place(rule, place), message).code(code::NOT_WRITTEN);
                    problems.push(
                        problem.help("put it under `inputs`, on a process that writes it, or among the `invariants`"),
                    );
                }
            }
        }
        if let Some((than_draft, than)) = self.than
            && self.weaker == self.processes
        {
            let draft = weighed[than_draft].draft;
            let (stricter, other) = (&draft.rules[than], &draft.places[than]);
            let stricter = format!("{} {}", stricter.test, stricter.limit());
            let message =
                format!("{test} {} of {path} does nothing: what violates it violates {stricter} too", rule.limit());
            let problem = Problem::warning(place.clone(), message).code(code::WEAKER);
            let problem = problem.help("remove it, or give it a stronger level");
            problems.push(problem.other("the stricter rule of the same level", other.clone()));
        }
    }

    fn who(&self, process: &str, does: &str) -> String {
        match self.processes {
            1 => format!("`{process}` {does}"),
            count => format!("each of {count} processes, `{process}` among them, {does}"),
        }
    }
}

/// The rules for which there is a stricter one on the same path, at the same gate and level, that acts at every violation.
fn stricter(weighed: &Weighed<'_>) -> Vec<Option<usize>> {
    let Weighed { draft, intervals, .. } = weighed;
    let mut found = vec![None; draft.rules.len()];
    for beside in weighed.groups().filter(|group| group.len() > 1) {
        for level in Level::ALL {
            let of_level = || beside.iter().copied().filter(|at| draft.rules[*at].level == level);
            if !(2..=MOST_WEIGHED).contains(&of_level().count()) {
                continue;
            }
            for weak in of_level() {
                found[weak] = of_level().filter(|strict| *strict != weak).find(|strict| {
                    intervals[*strict].compare(&intervals[weak]) == Some(Ordering::Less)
                        && is_idle_beside(&draft.rules[weak], &draft.rules[*strict])
                });
            }
        }
    }
    found
}

/// Whether a rule adds nothing to a stricter one of its level.
fn is_idle_beside(weak: &Rule, strict: &Rule) -> bool {
    let always_asked = !strict.where_present || weak.where_present;
    // A rule that only records may be there for what its message says.
    let says_more = !weak.level.refuses() && weak.message != strict.message;
    strict.max_threshold == 1 && always_asked && !says_more
}
