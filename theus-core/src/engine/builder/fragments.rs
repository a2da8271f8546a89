//! The parts of files that crates ship.

use super::EngineBuilder;
use crate::context::Context;
use crate::engine::BuildError;
use crate::source::Fragment;

impl<D: Context, G: Context, E: Send + Sync + 'static> EngineBuilder<D, G, E> {
    /// Parts of recipes and of workflows that crates ship, which the files of this engine include by their names, recipes also when they
    /// are [reloaded](crate::Engine::reload_recipe): see [`fragment!`](crate::fragment!). Of several calls, all are there.
    pub fn fragments(mut self, fragments: impl IntoIterator<Item = Fragment>) -> Self {
        for fragment in fragments {
            match self.fragments.iter().find(|known| known.name() == fragment.name()) {
                Some(known) if *known == fragment => {}
                Some(known) => {
                    let (name, files) = (fragment.name(), [known.file(), fragment.file()]);
                    self.wrong.get_or_insert(BuildError::DuplicateFragment { name, files });
                }
                None => self.fragments.push(fragment),
            }
        }
        self
    }

    /// Those that are there by now.
    #[cfg(feature = "workflow")]
    pub(crate) fn known_fragments(&self) -> &[Fragment] {
        &self.fragments
    }
}
