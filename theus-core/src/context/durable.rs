//! The Data zone, field by field, for what keeps it and gives it back.

use serde::{Deserialize, Serialize};

use super::zone::Data;
use super::{DataZone, Fields};
use crate::transaction::{Cell, Storage};

/// Is shown the fields of the Data zone.
pub trait DataVisitor {
    /// Why it goes no further.
    type Error;

    /// One field.
    ///
    /// # Errors
    /// Its own.
    fn field<T, S: Storage<T>>(&mut self, name: &'static str, cell: &Cell<T, Data, S>) -> Result<(), Self::Error>
    where
        for<'a> &'a T: Serialize;

    /// One whose entries can be told apart.
    ///
    /// # Errors
    /// Its own.
    fn keyed<T, S: Storage<T>>(&mut self, name: &'static str, cell: &Cell<T, Data, S>) -> Result<(), Self::Error>
    where
        T: Keyed<Key: Serialize, Value: Serialize>,
        for<'a> &'a T: Serialize,
    {
        self.field(name, cell)
    }

    /// The contexts around the field that is shown, from the outside inwards.
    fn around(&mut self) -> &mut Vec<&'static str>;

    /// A context in this one: its fields.
    ///
    /// # Errors
    /// Its own.
    fn nested(
        &mut self,
        name: &'static str,
        look: impl FnOnce(&mut Self) -> Result<(), Self::Error>,
    ) -> Result<(), Self::Error> {
        self.around().push(name);
        let looked = look(self);
        self.around().pop();
        looked
    }
}

/// Has values for the fields of the Data zone.
pub trait DataSource {
    /// Why it goes no further.
    type Error;

    /// One field, to be filled where there is something for it.
    ///
    /// # Errors
    /// Its own.
    fn field<T, S: Storage<T>>(&mut self, name: &'static str, cell: &mut Cell<T, Data, S>) -> Result<(), Self::Error>
    where
        T: for<'de> Deserialize<'de>,
        for<'a> &'a T: Serialize;

    /// The contexts around the field that is to be filled, from the outside inwards.
    fn around(&mut self) -> &mut Vec<&'static str>;

    /// A context in this one: its fields.
    ///
    /// # Errors
    /// Its own.
    fn nested(
        &mut self,
        name: &'static str,
        fill: impl FnOnce(&mut Self) -> Result<(), Self::Error>,
    ) -> Result<(), Self::Error> {
        self.around().push(name);
        let filled = fill(self);
        self.around().pop();
        filled
    }
}

/// A map that can tell which of its entries are others than in an earlier one. It is serialised as a map.
#[doc(hidden)]
pub trait Keyed {
    type Key;
    type Value;

    /// How many entries it has.
    fn size(&self) -> usize;

    /// Tells the entries that are others since, and the keys whose entries are gone. A key may be told as gone first and as there
    /// afterwards: it is there.
    ///
    /// # Errors
    /// Of whom it tells.
    fn changes<E>(
        &self,
        before: &Self,
        tell: impl FnMut(&Self::Key, Option<&Self::Value>) -> Result<(), E>,
    ) -> Result<(), E>;
}

/// Implemented by `#[derive(Context)]` where every Data field is `Serialize` and `Deserialize`: what a store can keep.
#[diagnostic::on_unimplemented(
    message = "the Data zone of `{Self}` cannot be stored",
    note = "every field of the Data zone, those of nested contexts too, must implement `serde::Serialize` and `serde::Deserialize`"
)]
pub trait DurableFields: Fields {
    /// Shows the Data fields at this path, and below it: all of them where it is empty.
    ///
    /// # Errors
    /// The visitor's.
    #[doc(hidden)]
    fn look<V: DataVisitor>(&self, path: &[usize], visitor: &mut V) -> Result<(), V::Error>;

    /// Fills all Data fields.
    ///
    /// # Errors
    /// The source's.
    #[doc(hidden)]
    fn fill<R: DataSource>(&mut self, source: &mut R) -> Result<(), R::Error>;
}

/// The same of a nested context. By a type with a lifetime, so that a context whose nested one cannot be stored compiles.
#[doc(hidden)]
pub trait DurableZone {
    type Fields;
    fn look<V: DataVisitor>(fields: &Self::Fields, path: &[usize], visitor: &mut V) -> Result<(), V::Error>;
    fn fill<R: DataSource>(fields: &mut Self::Fields, source: &mut R) -> Result<(), R::Error>;
}

impl<F: DurableFields> DurableZone for DataZone<'_, F> {
    type Fields = F;
    fn look<V: DataVisitor>(fields: &F, path: &[usize], visitor: &mut V) -> Result<(), V::Error> {
        fields.look(path, visitor)
    }
    fn fill<R: DataSource>(fields: &mut F, source: &mut R) -> Result<(), R::Error> {
        fields.fill(source)
    }
}

impl DurableFields for () {
    fn look<V: DataVisitor>(&self, _: &[usize], _: &mut V) -> Result<(), V::Error> {
        Ok(())
    }
    fn fill<R: DataSource>(&mut self, _: &mut R) -> Result<(), R::Error> {
        Ok(())
    }
}
