//! The recipe is changed while the desk runs.

use std::path::{Path, PathBuf};

use theus_core::prelude::*;
use tokio::signal::unix::Signal;

use crate::context::{Order, Ports, Shop};

/// Reads the recipe again each time that the signal comes.
pub(crate) async fn at_each(mut signal: Signal, engine: Engine<Order, Shop, Ports>, recipe: Option<PathBuf>) {
    while signal.recv().await.is_some() {
        match recipe.clone() {
            None => tracing::warn!("there is no recipe to read again: it was built in, as no `--recipe` is given"),
            Some(file) => {
                let engine = engine.clone();
                // It waits for the disk, and for a change that is under way.
                drop(tokio::task::spawn_blocking(move || reload(&engine, &file)).await);
            }
        }
    }
}

/// Takes it, between two runs, or leaves everything as it is. Either is on record.
fn reload(engine: &Engine<Order, Shop, Ports>, file: &Path) {
    match engine.reload_recipe_file(file) {
        Ok(change) => {
            tracing::info!(changed = ?change.changed, added = ?change.added, removed = ?change.removed, "the recipe is changed")
        }
        Err(error) => tracing::error!(%error, "the recipe is refused, and stays as it was"),
    }
}
