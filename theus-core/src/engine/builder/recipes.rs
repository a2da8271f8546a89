//! The audit recipe of an engine.

use std::path::Path;

use super::EngineBuilder;
use crate::checked::CheckedRecipe;
use crate::context::Context;
use crate::engine::BuildError;
use crate::source::{Document, SourceFile};

impl<D: Context, G: Context, E: Send + Sync + 'static> EngineBuilder<D, G, E> {
    /// The audit recipe, read from a file. Of several files, in the order of the calls, a later one overrides the rules of
    /// the earlier ones by process, gate, field and condition; see [`Recipe::load_all`](crate::audit::Recipe::load_all).
    ///
    /// # Errors
    /// Where the file cannot be read or is no YAML; what it says is checked by [`build`](Self::build).
    pub fn recipe_file(self, path: impl AsRef<Path>) -> Result<Self, BuildError> {
        self.with_recipe(SourceFile::read(path)?)
    }

    /// The audit recipe as text; `name` is what errors call it. It is merged with others as
    /// [`recipe_file`](Self::recipe_file) does.
    ///
    /// ```
    /// use theus_core::prelude::*;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Tank { level: i64 }
    /// # #[process(outputs = [domain.level])]
    /// # fn fill(ctx: Ctx<Tank>, litres: i64) { ctx.domain.level.set(litres); }
    /// let engine = Engine::builder(Tank::default())
    ///     .process::<Fill>()
    ///     .recipe("base.yaml", "process_recipes: { fill: { inputs: [ { field: litres, min: 0, max: 100 } ] } }")?
    ///     .recipe("site.yaml", "process_recipes: { fill: { inputs: [ { field: litres, max: 50 } ] } }")?
    ///     .build()?;
    /// assert!(engine.run(Fill { litres: 50 }).is_ok());
    /// let refused = engine.run(Fill { litres: 60 }).unwrap_err();
    /// assert!(refused.to_string().contains("`litres max 50`") && refused.to_string().contains("[site.yaml:1:"));
    /// assert!(engine.run(Fill { litres: -1 }).unwrap_err().to_string().contains("[base.yaml:1:"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where it is no YAML; what it says is checked by [`build`](Self::build).
    pub fn recipe(self, name: &str, text: &str) -> Result<Self, BuildError> {
        self.with_recipe(SourceFile::new(name, text))
    }

    /// The audit recipe that `files!` has checked while the program was compiled.
    pub fn checked_recipe(mut self, recipe: CheckedRecipe) -> Self {
        for file in recipe.files() {
            match Document::parse(file) {
                Ok(document) => self.recipes.push(document),
                Err(error) => {
                    self.wrong.get_or_insert(error.into());
                }
            }
        }
        self
    }

    fn with_recipe(mut self, file: SourceFile) -> Result<Self, BuildError> {
        self.recipes.push(Document::parse(file)?);
        Ok(self)
    }
}
