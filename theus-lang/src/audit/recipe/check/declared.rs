//! What a recipe allows a process to touch and to fail with, against what its contract declares.

use super::super::catalog::Problems;
use super::super::code;
use super::super::item::List;
use super::super::model::Declared;
use crate::source::{Problem, did_you_mean};

pub(super) fn check(lists: &[List<'_, '_>], problems: &mut Problems) {
    for list in lists {
        let contract = list.process.contract;
        if let Some(declared) = list.effects {
            compare(contract.process, "effect", declared, contract.effects, code::EFFECTS, problems);
        }
        if let Some(declared) = list.errors {
            compare(contract.process, "error", declared, contract.errors, code::ERRORS, problems);
        }
    }
}

fn compare(
    process: &str,
    what: &str,
    declared: &Declared<'_>,
    contract: &[&str],
    code: &'static str,
    problems: &mut Problems,
) {
    let listed = |name: &str| declared.names.iter().any(|(listed, _)| last_name(listed) == last_name(name));
    for name in contract.iter().filter(|name| !listed(name)) {
        let message = format!("`{process}` has the {what} `{name}`, which the recipe does not allow");
        let problem = Problem::new(declared.at.clone(), message).code(code);
        problems.push(problem.help(format!("list it, or remove it from the contract of `{process}`")));
    }
    for (name, at) in &declared.names {
        if !contract.iter().any(|known| last_name(known) == last_name(name)) {
            let message = format!("`{process}` has no {what} `{name}`");
            let problem = Problem::warning(at.clone(), message).code(code::NOT_DECLARED);
            problems.push(match did_you_mean(name, contract.iter().copied()) {
                Some(help) => problem.help(help),
                None => problem.help(format!("it declares no {what}s: remove the name")),
            });
        }
    }
}

/// The name of a type without its path: contracts have it as it is written in the source.
fn last_name(name: &str) -> &str {
    let name = name.split('<').next().unwrap_or(name);
    name.rsplit("::").next().unwrap_or(name).trim()
}
