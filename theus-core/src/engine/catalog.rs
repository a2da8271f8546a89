//! What files are checked against.

use super::handle::Engine;
use crate::audit::Catalog;
use crate::context::Context;

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// What recipes of this engine are checked against: its processes and the schemas of its contexts. With it a recipe can
    /// be [loaded](crate::audit::Recipe::load) without coming into force, and any two can be [compared](crate::audit::Recipe::compare).
    #[must_use]
    pub fn catalog(&self) -> Catalog {
        self.core.shared.registry.catalog::<G>()
    }

    /// What its files can include.
    #[cfg(feature = "workflow")]
    pub(crate) fn fragments(&self) -> &[crate::source::Fragment] {
        &self.core.shared.fragments
    }

    /// The recipe in force.
    #[cfg(any(feature = "store", feature = "test"))]
    pub(crate) fn recipe_in_force(&self) -> crate::audit::Recipe {
        self.core.shared.auditor.recipe_in_force()
    }
}
