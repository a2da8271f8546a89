//! Shows a field of the Data zone to what stores it: entry by entry where its type can tell them apart, else whole.
//!
//! Two traits with one method name, asked through two references: the compiler takes the first where its bound holds.

use serde::Serialize;

use crate::context::zone::Data;
use crate::context::{DataVisitor, Keyed};
use crate::transaction::{Cell, Storage};

/// The cell of a field.
#[derive(Debug)]
pub struct FieldCell<'a, T, S: Storage<T>>(pub &'a Cell<T, Data, S>);

/// For maps that can tell which of their entries have changed.
pub trait ShowKeyed {
    /// Shows it.
    ///
    /// # Errors
    /// The visitor's.
    fn show_to<V: DataVisitor>(&self, name: &'static str, visitor: &mut V) -> Result<(), V::Error>;
}

impl<T, S: Storage<T>> ShowKeyed for &FieldCell<'_, T, S>
where
    T: Keyed<Key: Serialize, Value: Serialize>,
    for<'a> &'a T: Serialize,
{
    fn show_to<V: DataVisitor>(&self, name: &'static str, visitor: &mut V) -> Result<(), V::Error> {
        visitor.keyed(name, self.0)
    }
}

/// For all other types.
pub trait ShowWhole {
    /// Shows it.
    ///
    /// # Errors
    /// The visitor's.
    fn show_to<V: DataVisitor>(&self, name: &'static str, visitor: &mut V) -> Result<(), V::Error>;
}

impl<T, S: Storage<T>> ShowWhole for FieldCell<'_, T, S>
where
    for<'a> &'a T: Serialize,
{
    fn show_to<V: DataVisitor>(&self, name: &'static str, visitor: &mut V) -> Result<(), V::Error> {
        visitor.field(name, self.0)
    }
}
