//! What can be proved of a workflow before it runs.
//!
//! | proof | of |
//! |---|---|
//! | [`conflicts`] | parallel steps do not touch the same paths |
//! | [`loops`] | a loop can be ended by its body |
//! | [`reach`] | every state is reached, every `done` comes |
//! | [`ends`] | every state can be left, and a final state be reached |
//! | [`endless`] | eventless moves come to rest |
//! | [`regions`] | regions do not want to leave to different places |
//! | [`failures`] | declared errors lead somewhere |
//! | [`rest`] | what waits for an event is in a state where the workflow waits |
//! | [`deafens`] | long work keeps no session from hearing |
//! | [`sagas`] | every way out of a saga says what becomes of it |
//! | [`deferred`] | what a state defers is kept there, and taken by another |
//! | [`again`] | a chain that fails is not begun again for ever |
//! | [`asks`] | guards ask for states that may be active then, and may not |
//! | [`woken`] | guards that ask for the time are asked again |
//! | [`start`] | nothing is taken from an event before one has come |
//! | [`written`] | inputs were written on every way to them |
//!
//! A proof takes every guard for one that may hold and may not, so that it finds too much rather than too little. What it
//! costs grows as the file does: what the way from the start to a state could make more of ([`written`]) is bounded.

mod again;
mod asks;
mod conflicts;
mod deafens;
mod deferred;
mod endless;
mod ends;
mod failures;
mod hearing;
mod loops;
mod reach;
mod regions;
mod rest;
mod sagas;
mod start;
mod sure;
mod tree;
mod woken;
mod written;

#[cfg(test)]
mod tests;

use super::chart::{State, StateId};
use super::file::{Diagnostics, Sites};
use crate::context::EventNames;

/// A workflow that was read.
pub(super) struct Subject<'a> {
    states: &'a [State],
    initial: StateId,
    /// The state that is the whole workflow.
    root: Option<StateId>,
    sites: &'a Sites,
    /// Data fields that are there before the workflow begins: `domain.report`.
    initialised: &'a [String],
    /// What the signals of the domain raise.
    events: EventNames,
    index: sure::Index,
}

impl<'a> Subject<'a> {
    pub(super) fn new(
        states: &'a [State],
        initial: StateId,
        root: Option<StateId>,
        sites: &'a Sites,
        initialised: &'a [String],
        events: EventNames,
    ) -> Self {
        Self { states, initial, root, sites, initialised, events, index: sure::Index::of(states) }
    }
}

/// What holds of the parts, whatever could not be read of the rest.
pub(super) fn of_parts(subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    conflicts::check(subject, diagnostics);
}

/// What follows from all steps of each chain.
pub(super) fn of_chains(subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    loops::check(subject, diagnostics);
}

/// What follows from all ways from state to state. Where a step could not be read nothing is doubted that depends on what runs: it may be
/// sound with the step that is meant.
pub(super) fn of_ways(subject: &Subject<'_>, lost_steps: bool, diagnostics: &mut Diagnostics) {
    let reached = reach::check(subject, diagnostics);
    let doubts = diagnostics.doubts();
    ends::check(subject, &reached, diagnostics);
    endless::check(subject, &reached, diagnostics);
    regions::check(subject, diagnostics);
    failures::check(subject, diagnostics);
    rest::check(subject, &reached, diagnostics);
    again::check(subject, &reached, diagnostics);
    deafens::check(subject, diagnostics);
    deafens::check_invoked(subject, diagnostics);
    sagas::check(subject, diagnostics);
    deferred::check(subject, diagnostics);
    asks::check(subject, diagnostics);
    woken::check(subject, diagnostics);
    if lost_steps {
        diagnostics.forget_doubts(doubts);
    }
}

/// What follows from all ways and all steps on them.
pub(super) fn of_steps(subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    written::check(subject, diagnostics);
    start::check(subject, diagnostics);
}
