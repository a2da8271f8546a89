//! From a workflow file to a proved definition.
//!
//! Reading goes in three steps: which states there are, what each of them says, and what can be proved of the whole.
//! Everything that is found is told at once: what is wrong first, then what is doubtful, each with its place and a code
//! whose page is in [`errors`](crate::errors).
//!
//! A [`Definition`] is written in the same format by serde, so that what was read can be kept, compared and read again.
//!
#![doc = include_str!("../constructs.md")]

mod called;
mod catalog;
pub(crate) mod code;
mod deferred;
mod diagnostics;
mod fit;
mod foreign;
mod include;
mod inside;
mod invokes;
mod kinds;
mod length;
mod listed;
mod literal;
mod names;
mod outline;
mod python;
mod reading;
mod results;
mod retry;
mod retry_after;
mod run;
mod side_by_side;
mod sites;
pub(crate) mod sources;
mod states;
mod steps;
mod targets;
mod times;
mod transitions;
mod values;
mod whole;
mod workflow;

#[cfg(test)]
pub(crate) mod tests;

use super::chart::{Definition, Parts, Place, Step};
use super::proof;
use crate::context::EventNames;
use crate::source::{Document, Fragment, Locator, Problem, Severity, SourceError};
use include::Whole;
use reading::Reading;

pub use catalog::Catalog;
pub(crate) use diagnostics::Diagnostics;
pub(crate) use names::last_word;
pub(crate) use sites::Sites;

/// Reads a workflow and proves what can be proved of it before it runs.
///
/// # Errors
/// Everything that is wrong in the file, in its order, and behind it what is doubtful.
pub fn load(document: &Document, catalog: &Catalog) -> Result<Definition, SourceError> {
    load_including(document, &[], catalog)
}

/// The same of a file whose states may include these fragments.
///
/// # Errors
/// As [`load`]; what cannot be included is told alone.
pub fn load_including(
    document: &Document,
    fragments: &[Fragment],
    catalog: &Catalog,
) -> Result<Definition, SourceError> {
    let whole = Whole::of(document, fragments, catalog)?;
    let signals = catalog.signals();
    let mut reading = Reading::new(&whole, catalog, &signals);
    let mut written = reading.workflow();
    if let Some((states, _)) = written.as_mut().and_then(|written| written.chart.as_mut()) {
        reading.forget_unseen_returns(states);
    }
    reading.warn_of_yaml_words();
    let Reading { mut diagnostics, sites, .. } = reading;
    if let Some((states, initial)) = written.as_ref().and_then(|written| written.chart.as_ref()) {
        let initialised = written.as_ref().map_or(&[][..], |written| &written.initialised);
        let root = written.as_ref().and_then(|written| written.root);
        let events = EventNames::of(&catalog.domain);
        let subject = proof::Subject::new(states, *initial, root, &sites, initialised, events);
        let (whole, lost_steps) = (!diagnostics.lost_ways, diagnostics.lost_steps);
        proof::of_parts(&subject, &mut diagnostics);
        if whole {
            proof::of_ways(&subject, lost_steps, &mut diagnostics);
        }
        if !lost_steps {
            proof::of_chains(&subject, &mut diagnostics);
        }
        if whole && !lost_steps {
            proof::of_steps(&subject, &mut diagnostics);
        }
    }
    let strict = written.as_ref().is_some_and(|written| written.strict);
    let strict_parts = written.as_ref().map_or(&[][..], |written| &written.strict_parts);
    let Diagnostics { mut errors, mut warnings, mut notes, .. } = diagnostics;
    let is_strict = |problem: &mut Problem| strict || strict_parts.contains(&problem.at().document());
    errors.extend(warnings.extract_if(.., is_strict).map(|problem| problem.of_severity(Severity::Error)));
    warnings.append(&mut notes);
    errors.append(&mut warnings);
    let (error, warnings) = Locator::new(&whole.documents).judge(errors);
    match (error, written) {
        (Some(error), _) => Err(error.followed_by(warnings)),
        (
            None,
            Some(workflow::Written {
                name,
                description,
                limit,
                external,
                moved,
                chart: Some((mut states, initial)),
                root,
                ..
            }),
        ) => {
            sites.settle(&whole.documents, &mut states);
            let limit = limit.unwrap_or(super::chart::DEFAULT_LIMIT);
            let events = Vec::new();
            let parts =
                Parts { name, description, initial, external, root, states, moved, events, limit, strict, warnings };
            Ok(Definition::assemble(parts))
        }
        // What was not read has been told.
        (None, _) => Err(Locator::new(&whole.documents).error(Vec::new())),
    }
}

/// Where a step begins.
pub(crate) const fn place_of(step: &Step) -> &Place {
    match step {
        Step::Run(run) => &run.place,
        Step::If { place, .. }
        | Step::While { place, .. }
        | Step::ForEach { place, .. }
        | Step::Parallel { place, .. } => place,
    }
}
