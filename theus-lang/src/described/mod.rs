//! A program as it describes itself: its contexts, processes and types in words, of which what files are checked against is made
//! where the program itself is not there, as while it is compiled.
//!
//! A type is known by the last word of its path. What is not known shows nothing, and [`Described::unlisted`] says which of those
//! words a file asked for.

mod adapters;
mod leak;
mod program;
mod schema;
mod shapes;
mod type_name;

pub use crate::context::Zone;
pub use program::{
    ContextField, ContextText, EnumText, FieldText, Form, ProcessText, Program, RecordText, TypeText, VariantText,
};
pub use type_name::TypeName;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::audit::Catalog;
use shapes::Shapes;

/// What files are checked against, made of a description.
#[derive(Debug)]
pub struct Described {
    /// The catalog.
    pub catalog: Catalog,
    shapes: Arc<Shapes>,
}

impl Described {
    /// Makes the catalog.
    ///
    /// # Errors
    /// What does not fit together in the description itself.
    pub fn of(program: Program) -> Result<Self, String> {
        let shapes = Arc::new(Shapes::new(program.types));
        let catalog = schema::catalog(&shapes, &program.domain, program.global.as_ref(), &program.processes)?;
        // Making the schemas has asked for nothing yet.
        shapes.forget();
        Ok(Self { catalog, shapes })
    }

    /// The types of which nothing but the word is known and that were asked about since the last call: whoever asked cannot have
    /// been told the truth.
    pub fn unlisted(&self) -> BTreeSet<String> {
        self.shapes.forget()
    }
}

#[cfg(test)]
mod tests;
