//! From a file to a definition that fits an engine.

use std::sync::Arc;

use super::error::WorkflowError;
use crate::context::Context;
use crate::engine::Engine;
use crate::panics::tell;
use crate::source::{Document, SourceFile};
use crate::workflow::chart::Definition;
use crate::workflow::file::{self, Catalog};

pub(in crate::workflow) fn load<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    file: SourceFile,
) -> Result<Arc<Definition>, WorkflowError> {
    let document = Document::parse(file)?;
    let definition = file::load_including(&document, engine.fragments(), &Catalog::from(engine.catalog()))?;
    for warning in definition.warnings() {
        tell(|| tracing::warn!(target: "theus::workflow", workflow = definition.name(), "{warning}"));
    }
    Ok(Arc::new(definition))
}
