//! Where the parts of a workflow stand, while it is being read.

use std::sync::Arc;

use crate::source::{Document, Locator, NodePath};
use crate::workflow::chart::{Place, Recovery, Run, State, Step};

/// The nodes of everything that has a place. Until the end of a load, a place holds the number of its node instead of a
/// line: so that the proofs can point at nodes, and the lines of all are counted at once.
pub(crate) struct Sites {
    /// The names of the documents.
    files: Vec<Arc<str>>,
    nodes: Vec<NodePath>,
}

impl Sites {
    pub(super) fn new(documents: &[Document]) -> Self {
        let files = documents.iter().map(|document| document.file().name().into()).collect();
        Self { files, nodes: vec![NodePath::root()] }
    }

    /// A place for a node.
    pub(super) fn place(&mut self, at: &NodePath) -> Place {
        self.nodes.push(at.clone());
        let file = self.files.get(at.document()).or_else(|| self.files.first());
        Place { file: file.map_or_else(|| Arc::from(""), Arc::clone), line: self.nodes.len() - 1, column: 0 }
    }

    /// The node of a place.
    pub(crate) fn at(&self, place: &Place) -> NodePath {
        self.nodes.get(place.line).cloned().unwrap_or_default()
    }

    /// Gives every place its line and column.
    pub(super) fn settle(self, documents: &[Document], states: &mut [State]) {
        let positions = Locator::new(documents).positions(&self.nodes);
        let mut settle = |place: &mut Place| {
            let position = positions.get(place.line);
            (place.line, place.column) = position.map_or((1, 1), |(_, at)| (at.line, at.column));
        };
        for state in states {
            settle(&mut state.place);
            state.defer.iter_mut().for_each(|deferred| settle(&mut deferred.place));
            state.entry.iter_mut().chain(&mut state.exit).for_each(|step| of_step(step, &mut settle));
            for invoke in &mut state.invokes {
                settle(&mut invoke.place);
                invoke.steps.iter_mut().for_each(|step| of_step(step, &mut settle));
                of_recoveries(&mut invoke.on_error, &mut settle);
            }
            for transition in &mut state.transitions {
                settle(&mut transition.place);
                transition.steps.iter_mut().for_each(|step| of_step(step, &mut settle));
            }
            of_recoveries(&mut state.on_error, &mut settle);
        }
    }
}

fn of_step(step: &mut Step, settle: &mut impl FnMut(&mut Place)) {
    match step {
        Step::Run(run) => of_run(run, settle),
        Step::If { then, otherwise, place, .. } => {
            settle(place);
            then.iter_mut().chain(otherwise).for_each(|step| of_step(step, settle));
        }
        Step::While { body, place, .. } | Step::ForEach { body, place, .. } => {
            settle(place);
            body.iter_mut().for_each(|step| of_step(step, settle));
        }
        Step::Parallel { branches, place } => {
            settle(place);
            branches.iter_mut().for_each(|run| of_run(run, settle));
        }
    }
}

fn of_run(run: &mut Run, settle: &mut impl FnMut(&mut Place)) {
    settle(&mut run.place);
    of_recoveries(&mut run.on_error, settle);
    if let Some(compensate) = &mut run.compensate {
        of_run(compensate, settle);
    }
}

fn of_recoveries(recoveries: &mut [Recovery], settle: &mut impl FnMut(&mut Place)) {
    recoveries.iter_mut().for_each(|recovery| settle(&mut recovery.place));
}
