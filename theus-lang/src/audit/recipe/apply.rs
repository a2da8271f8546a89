//! Rules that are about more than one process: those under `"*"`, and the invariants of the domain.

use super::super::rule::Scope;
use super::catalog::{Catalog, Problems};
use super::item::{Item, latest as latest_layer};
use super::model::Invariant;
use super::patterns::Patterns;
use super::touch::Touched;
use super::{code, find, resolve, that};
use crate::source::{Problem, did_you_mean};

/// The rules under `"*"` for each process: those whose path exists for it. One that exists for none is a problem.
pub(super) fn for_all<'d, 'a>(
    items: &[Item<'d, 'a>],
    catalog: &Catalog,
    problems: &mut Problems,
) -> Vec<Vec<Item<'d, 'a>>> {
    let mut applied: Vec<Vec<_>> = catalog.processes.iter().map(|_| Vec::new()).collect();
    for item in items {
        let mut fits = false;
        for (process, applied) in catalog.processes.iter().zip(&mut applied) {
            let is_there = item.entry.is_that()
                || item.entry.is_missing()
                || find::target(item.entry.field, catalog, Some(process)).is_ok();
            if is_there && that::misfit(item.entry, catalog, Some(process)).is_none() {
                fits = true;
                applied.push(*item);
            }
        }
        if !fits && let Some(problem) = wrong_everywhere(item, catalog) {
            problems.push(problem);
        } else if !fits {
            let message = format!("`{}` exists for no process", item.entry.field);
            let problem = Problem::new(item.entry.field_at(), message).code(code::FITS_NONE);
            problems.push(match why_none(item.entry.field, catalog) {
                Some(help) => problem.help(help),
                None => problem,
            });
        }
    }
    applied
}

/// What is wrong with the conditions of an entry, where nothing else keeps it from any process.
fn wrong_everywhere(item: &Item<'_, '_>, catalog: &Catalog) -> Option<Problem> {
    let has_field = |process: &&_| {
        item.entry.is_that()
            || item.entry.is_missing()
            || find::target(item.entry.field, catalog, Some(*process)).is_ok()
    };
    let first = catalog.processes.iter().find(has_field)?;
    that::misfit(item.entry, catalog, Some(first))
}

/// A path that starts with a layer is lost for the same reason everywhere; an argument may be near to one of any process.
fn why_none(field: &str, catalog: &Catalog) -> Option<String> {
    if field.contains('.') {
        let lost = catalog.processes.first().and_then(|process| find::target(field, catalog, Some(process)).err());
        return lost.map(|(reason, help)| help.map_or(reason.clone(), |help| format!("{reason}: {help}")));
    }
    let arguments = catalog.processes.iter().flat_map(|process| process.contract.arguments);
    let mut names: Vec<_> = arguments.map(|argument| argument.name).collect();
    names.sort_unstable();
    names.dedup();
    did_you_mean(field, names)
}

/// The invariants, those of a later file in the place of earlier ones with the same field and condition.
pub(super) fn latest<'d, 'a>(invariants: &'d [Invariant<'a>]) -> Vec<Item<'d, 'a>> {
    let files = invariants.iter().map(|invariant| invariant.entry.at.document()).max().map_or(0, |last| last + 1);
    let mut layers: Vec<Vec<Item<'_, '_>>> = (0..files).map(|_| Vec::new()).collect();
    for Invariant { entry, after_all } in invariants {
        let scope = if *after_all { Scope::Everywhere } else { Scope::Writers };
        layers[entry.at.document()].extend(entry.conditions.iter().map(|bound| Item { entry, bound, scope }));
    }
    latest_layer(layers)
}

/// The invariants for each process: those on what it writes, and those for every process.
pub(super) fn invariants<'d, 'a>(
    invariants: &[Item<'d, 'a>],
    catalog: &Catalog,
    problems: &mut Problems,
) -> Vec<Vec<Item<'d, 'a>>> {
    let mut applied: Vec<Vec<_>> = catalog.processes.iter().map(|_| Vec::new()).collect();
    if invariants.is_empty() {
        return applied;
    }
    let mut patterns = Patterns::default();
    let written: Vec<_> = catalog.processes.iter().map(|process| Touched::written(process.contract)).collect();
    for item in invariants {
        // Also where no process writes it: a wrong path or bound is wrong.
        resolve::check(item, catalog, &mut patterns, problems);
        let Some(reads) = that::domain_of(item.entry, catalog) else { continue };
        if reads.is_empty() {
            let message = "an invariant is about the domain: the condition names nothing of it";
            let problem = Problem::new(item.entry.field_at(), message).code(code::INVARIANT);
            problems.push(problem.help("put the rule into the inputs or outputs of a process, or of \"*\""));
        }
        for (written, applied) in written.iter().zip(&mut applied) {
            if item.scope == Scope::Everywhere || reads.iter().any(|path| written.has(path)) {
                applied.push(*item);
            }
        }
    }
    applied
}
