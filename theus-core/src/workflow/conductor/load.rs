//! From a file to a definition that fits an engine.

use std::sync::Arc;

use super::error::WorkflowError;
use crate::context::{Context, Zone};
use crate::engine::Engine;
use crate::source::{Document, SourceFile};
use crate::workflow::Catalog;
use crate::workflow::chart::{self, Parts, Place, StateKind, Trigger};
use crate::workflow::definition as first;

pub(super) fn load<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    file: SourceFile,
) -> Result<Arc<chart::Definition>, WorkflowError> {
    let schema = D::schema();
    let signals: Vec<String> =
        schema.paths().into_iter().filter(|field| field.zone == Zone::Signal).map(|field| field.path).collect();
    let catalog = Catalog { processes: &engine.contracts(), signals: &signals };
    let place = Place { file: file.name().into(), line: 1, column: 1 };
    let definition = bridge(&first::Definition::load(&Document::parse(file)?, &catalog)?, &place);
    for warning in definition.warnings() {
        tracing::warn!(target: "theus::workflow", workflow = definition.name(), "{warning}");
    }
    Ok(Arc::new(definition))
}

/// A workflow of the first version as one of the second. It goes away with the first loader.
fn bridge(first: &first::Definition, place: &Place) -> chart::Definition {
    let id = |id: first::StateId| chart::StateId(u32::try_from(id.0).unwrap_or(u32::MAX));
    let run = |step: &first::Step| {
        chart::Step::Run(Box::new(chart::Run {
            contract: step.contract(),
            arguments: Vec::new(),
            retry: None,
            timeout: None,
            on_error: Vec::new(),
            compensate: None,
            place: place.clone(),
        }))
    };
    let way = |handler: &first::Handler| chart::Transition {
        trigger: Trigger::Event { name: handler.event().clone(), written: handler.written().to_owned() },
        guard: None,
        target: Some(id(handler.target())),
        steps: Vec::new(),
        place: place.clone(),
    };
    let state = |state: &first::State| chart::State {
        name: state.name().to_owned(),
        description: state.description().map(str::to_owned),
        parent: None,
        children: Vec::new(),
        kind: if state.is_final() { StateKind::Final { result: None } } else { StateKind::Simple },
        entry: state.entry().iter().map(run).collect(),
        exit: Vec::new(),
        transitions: state.events().iter().map(way).collect(),
        on_error: Vec::new(),
        place: place.clone(),
    };
    chart::Definition::assemble(Parts {
        name: first.name().to_owned(),
        description: first.description().map(str::to_owned),
        initial: id(first.initial()),
        external: first.external().to_vec(),
        states: first.states().iter().map(state).collect(),
        events: first.states().iter().flat_map(first::State::events).map(|handler| handler.event().clone()).collect(),
        limit: chart::DEFAULT_LIMIT,
        warnings: first.warnings().to_vec(),
    })
}
