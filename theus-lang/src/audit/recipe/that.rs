//! Conditions on several values: `that`, and the `when` of any rule.

use super::super::condition::{Condition, Operator};
use super::catalog::{Catalog, Problems, ProcessEntry};
use super::code;
use super::item::Item;
use super::model::Entry;
use crate::condition::{Expression, ExpressionProblem, RunScope, Scope};
use crate::source::{NodePath, Problem};

/// A condition, as one process sees it; without one, as all do.
pub(super) fn compile(
    text: &str,
    catalog: &Catalog,
    process: Option<&ProcessEntry>,
) -> Result<Expression, ExpressionProblem> {
    let arguments: Vec<_> = process.map_or_else(Vec::new, |process| {
        let names = process.contract.arguments.iter().map(|argument| argument.name);
        names.zip(process.arguments.iter().cloned()).collect()
    });
    let scope = Scope { domain: &catalog.domain, global: &catalog.global, payload: None, items: &[] };
    let marked = process.into_iter().flat_map(|process| process.contract.arguments).filter(|argument| argument.redact);
    let redacted: Vec<_> = marked.map(|argument| argument.name).collect();
    let run = RunScope { arguments: &arguments, redacted: &redacted, local: process.map(|process| &process.local) };
    Expression::compile_rule(text, &scope, &run)
}

/// What keeps the conditions of an entry from a process: something that they name is not there, or is of another type.
pub(super) fn misfit(entry: &Entry<'_>, catalog: &Catalog, process: Option<&ProcessEntry>) -> Option<Problem> {
    let that = entry.is_that().then_some((entry.field, "that"));
    let mut conditions = that.into_iter().chain(entry.when.map(|when| (when, "when")));
    conditions.find_map(|(text, key)| {
        compile(text, catalog, process).err().map(|wrong| refused(text, &entry.at.key(key), wrong))
    })
}

/// What of the domain an entry is about: its field, or what its condition names. `None` where the condition is wrong, which is told
/// elsewhere.
pub(super) fn domain_of(entry: &Entry<'_>, catalog: &Catalog) -> Option<Vec<String>> {
    if !entry.is_that() {
        return Some(vec![entry.field.to_owned()]);
    }
    let that = compile(entry.field, catalog, None).ok()?;
    Some(that.reads().iter().filter(|path| path.starts_with("domain.")).cloned().collect())
}

/// The `that` of an entry, which has one.
pub(super) fn that(
    entry: &Entry<'_>,
    catalog: &Catalog,
    process: Option<&ProcessEntry>,
    problems: &mut Problems,
) -> Option<Expression> {
    let (text, at) = (entry.field, entry.at.key("that"));
    let that = compile(text, catalog, process).map_err(|wrong| problems.push(refused(text, &at, wrong))).ok()?;
    let whole = 0..text.len();
    if that.reads().is_empty() && !that.asks_now() {
        let what = match that.always() {
            Some(true) => "it holds whatever the values are",
            Some(false) => "every run violates the rule",
            None => "it has no value",
        };
        let problem = Problem::new(at, format!("the condition names nothing: {what}")).code(code::NEVER);
        let help = "name what it is about: `domain.…`, `global.…`, `local.…`, an argument or `now`";
        problems.push(problem.within(text, whole).help(help));
    } else if let Some(always) = that.always() {
        problems.push(match always {
            false => {
                Problem::new(at, "the condition never holds, whatever the values are: every run violates the rule")
                    .code(code::NEVER)
                    .within(text, whole)
                    .help("give it bounds that a value can satisfy")
            }
            true => {
                Problem::warning(at, "the condition always holds, whatever the values are: no run can violate the rule")
                    .code(code::ALWAYS)
                    .within(text, whole)
                    .help("remove the rule, or ask what a value can fail")
            }
        });
    }
    Some(that)
}

/// The `when` of an entry; `Err` where it has one that is wrong, which is told.
pub(super) fn when(
    entry: &Entry<'_>,
    catalog: &Catalog,
    process: Option<&ProcessEntry>,
    problems: &mut Problems,
) -> Result<Option<Expression>, ()> {
    let Some(text) = entry.when else { return Ok(None) };
    let at = entry.at.key("when");
    let when = compile(text, catalog, process).map_err(|wrong| problems.push(refused(text, &at, wrong)))?;
    match when.always() {
        None => {}
        Some(false) => {
            let message = "`when` never holds, whatever the values are: the rule is never judged";
            let problem = Problem::new(at, message).code(code::NEVER).within(text, 0..text.len());
            problems.push(problem.help("remove the rule, or ask what a value can satisfy"));
        }
        Some(true) => {
            let message = "`when` always holds, whatever the values are";
            let problem = Problem::warning(at, message).code(code::ALWAYS).within(text, 0..text.len());
            problems.push(problem.help("leave it out, or ask what a value can fail"));
        }
    }
    Ok(Some(when))
}

/// Doubts a rule that is judged only where it passes: where its `when` holds, the value is within its bound.
pub(super) fn guarded_away(
    item: &Item<'_, '_>,
    condition: &Condition,
    catalog: &Catalog,
    process: &ProcessEntry,
    problems: &mut Problems,
) {
    let Entry { field, when: Some(when), .. } = item.entry else { return };
    // What is violated beside the guard. A `||` binds less than what is added.
    let outside: Vec<String> = match condition {
        Condition::Between(bounds) => vec![format!("{field} < {}", bounds[0]), format!("{field} > {}", bounds[1])],
        bound if item.bound.test == Operator::Min => vec![format!("{field} < {bound}")],
        bound if item.bound.test == Operator::Max => vec![format!("{field} > {bound}")],
        bound if item.bound.test == Operator::Neq => vec![format!("{field} == {bound}")],
        _ => return,
    };
    let is_simple = !when.contains("||") && !when.contains('?') && !field.contains(['[', '(']);
    let never = |outside: &String| {
        let both = compile(&format!("{when} && {outside}"), catalog, Some(process));
        both.is_ok_and(|both| both.always() == Some(false))
    };
    if is_simple && outside.iter().all(never) {
        let message = format!(
            "wherever `when` holds, {field} is within {} {condition}: no run can violate the rule",
            item.bound.test
        );
        let problem = Problem::warning(item.entry.at.key("when"), message).code(code::GUARDED_AWAY);
        problems.push(problem.help("leave `when` out, or give the rule a bound that a value can violate there"));
    }
}

fn refused(text: &str, at: &NodePath, wrong: ExpressionProblem) -> Problem {
    let problem = Problem::new(at.clone(), wrong.message).code(code::EXPRESSION).within(text, wrong.span);
    problem.help(wrong.help.unwrap_or_default())
}
