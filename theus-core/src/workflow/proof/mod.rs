//! What can be proved of a workflow before it runs.
//!
//! | proof | of |
//! |---|---|
//! | [`conflicts`] | parallel steps do not touch the same paths |
//! | [`reach`] | every state is reached, every `done` comes |
//! | [`ends`] | every state can be left, and a final state be reached |
//! | [`endless`] | eventless moves come to rest |
//! | [`regions`] | regions do not want to leave to different places |
//! | [`failures`] | declared errors lead somewhere |
//! | [`rest`] | what waits for an event is in a state where the workflow waits |
//! | [`again`] | a chain that fails is not begun again for ever |
//! | [`written`] | inputs were written on every way to them |
//!
//! A proof takes every guard for one that may hold and may not, so that it finds too much rather than too little.

mod again;
mod conflicts;
mod endless;
mod ends;
mod failures;
mod reach;
mod regions;
mod rest;
mod tree;
mod written;

#[cfg(test)]
mod tests;

use super::chart::{State, StateId};
use super::file::{Findings, Sites};

/// A workflow that was read.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) states: &'a [State],
    pub(super) initial: StateId,
    pub(super) sites: &'a Sites,
    /// Data fields that are there before the workflow begins: `domain.report`.
    pub(super) initialised: &'a [String],
}

/// What holds of the parts, whatever could not be read of the rest.
pub(super) fn of_parts(subject: &Subject<'_>, findings: &mut Findings) {
    conflicts::check(subject, findings);
}

/// What follows from all ways from state to state.
pub(super) fn of_ways(subject: &Subject<'_>, findings: &mut Findings) {
    let reached = reach::check(subject, findings);
    ends::check(subject, &reached, findings);
    endless::check(subject, &reached, findings);
    regions::check(subject, findings);
    failures::check(subject, findings);
    rest::check(subject, &reached, findings);
    again::check(subject, &reached, findings);
}

/// What follows from all ways and all steps on them.
pub(super) fn of_steps(subject: &Subject<'_>, findings: &mut Findings) {
    written::check(subject, findings);
}
