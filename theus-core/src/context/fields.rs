//! What `#[derive(Context)]` implements: the context, and its mirror of cells.

use std::fmt;

use super::zone::ZoneEntry;
use super::{Schema, Value};
use theus_model::context::{FieldRanges, NumberRange};

/// A layer of state: a plain struct whose fields the engine keeps, guards and versions one by one.
///
/// Derive it. Fields need `Clone + Send + Sync + 'static`; signal fields need [`Signal`](crate::Signal) as well.
///
/// | attribute | on | meaning |
/// |---|---|---|
/// | `#[context(version = 2)]` | the struct | the version of its schema; 1 where not given |
/// | `#[context(crate = path)]` | the struct | where `theus_core` is, if it was renamed |
/// | `#[context(nested)]` | a field | its type derives `Context` too, and its fields are paths of their own |
/// | `#[context(nested, events = "LEFT")]` | a field | the events of its signals have the word too: `EVT_LEFT_X`, see [`mount`](mod@crate::mount) |
/// | `#[inspect(methods(total -> i64))]` | the struct | rules may call `domain.total()`, a method of its view `..View` |
/// | `#[inspect(with = Adapter)]` | a field | an [`InspectAs`](crate::context::InspectAs) shows it to rules: for foreign types |
/// | `#[context(redact)]` | a field | its value, and what is below it, is shown to nobody: see [what is redacted](crate::audit#what-is-redacted) |
/// | `#[context(unit = "degF")]` | a field | in what its number is measured, of a list or a map each number in it: see [units](crate::audit#units) |
/// | `#[zone(data)]`, `#[zone(signal)]`, `#[zone(meta)]` | a field | its zone, whatever its name |
///
/// A method that rules call looks at a *view* of the context, which the derive makes where there are such methods: a struct
/// of references to the fields as they are proposed. Nested contexts are not part of it; they can have methods of their own.
///
/// ```
/// use theus_core::prelude::*;
///
/// #[derive(Clone, Default, Context)]
/// #[inspect(methods(surplus -> i64))]
/// struct Books { assets: i64, debts: i64 }
///
/// impl BooksView<'_> {
///     fn surplus(&self) -> i64 { self.assets - self.debts }
/// }
///
/// #[process(inputs = [domain.debts], outputs = [domain.debts])]
/// fn borrow(ctx: Ctx<Books>, amount: i64) { *ctx.domain.debts += amount; }
///
/// let recipe = "process_recipes: { borrow: { outputs: [ { field: domain.surplus(), min: 0 } ] } }";
/// let engine = Engine::builder(Books { assets: 10, debts: 0 }).process::<Borrow>().recipe("r.yaml", recipe)?.build()?;
/// assert!(engine.run(Borrow { amount: 10 }).is_ok());
/// assert!(engine.run(Borrow { amount: 1 }).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a context",
    label = "does not implement `Context`",
    note = "put `#[derive(Context)]` on the struct `{Self}`"
)]
pub trait Context: Sized + 'static {
    /// The mirror: the same fields, each a [`Cell`](crate::transaction::Cell).
    type Fields: Fields;

    /// The version of the schema.
    const VERSION: u32;

    /// The schema as a value.
    fn schema() -> Schema;

    /// Moves the values into cells.
    #[doc(hidden)]
    fn into_fields(self) -> Self::Fields;

    /// Copies the committed values out of the cells.
    #[doc(hidden)]
    fn from_fields(fields: &Self::Fields) -> Self;

    /// A look at the field at `path`, the index of each name among its struct's fields.
    #[doc(hidden)]
    fn inspect(&self, path: &[usize]) -> Value<'_>;

    /// The default, where the context has one: what a first state is when nobody gave it a value.
    #[doc(hidden)]
    fn default_fields() -> Option<Self::Fields> {
        None
    }
}

/// What was written to a field, as its cell knows.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum History {
    /// Nothing: it is as the first state has it.
    Untouched,
    /// The first value is a draft.
    First,
    /// It was committed at least once.
    Written,
}

/// The mirror of a context. Written by `#[derive(Context)]`, used by the engine.
pub trait Fields: Sized + fmt::Debug + Send + Sync + 'static {
    /// The zones of the fields, as contracts look them up when they are compiled.
    #[doc(hidden)]
    const ZONES: &'static [ZoneEntry];

    /// A workspace whose read set is empty.
    #[doc(hidden)]
    fn blank() -> Self;

    /// Handles on the committed values.
    #[doc(hidden)]
    fn share(&self) -> Self;

    /// A look at the proposed value of the field at `path`.
    #[doc(hidden)]
    fn inspect(&self, path: &[usize]) -> Value<'_>;

    /// A look at the committed value of the field at `path`.
    #[doc(hidden)]
    fn inspect_committed(&self, path: &[usize]) -> Value<'_>;

    /// Whether the proposed value of the field at this position is surely in a range. Read as what it is: no value is made of it.
    #[doc(hidden)]
    fn field_is_within(&self, field: usize, range: &impl NumberRange) -> bool {
        let _ = (field, range);
        false
    }

    /// Whether the fields of the nested context at this position surely are.
    #[doc(hidden)]
    fn nested_is_within(&self, field: usize, ranges: &FieldRanges) -> bool {
        let _ = (field, ranges);
        false
    }

    /// Whether the proposed value of each of these fields surely is: one pass, with all rules on a field judged at once.
    #[doc(hidden)]
    fn is_within(&self, ranges: &FieldRanges) -> bool {
        ranges.ints().iter().all(|(field, range)| self.field_is_within(*field, range))
            && ranges.floats().iter().all(|(field, range)| self.field_is_within(*field, range))
            && ranges.nested().iter().all(|(field, ranges)| self.nested_is_within(*field, ranges))
    }

    /// What was written to the field at `path`; to what a method looks at, of any of the context's fields.
    #[doc(hidden)]
    fn history(&self, path: &[usize]) -> History;

    /// Puts the signal at `path` (without the layer) back to rest, unless it was raised after `raised_by`.
    #[doc(hidden)]
    fn reset_signal(&mut self, path: &str, raised_by: u64, version: u64) -> bool;
}

impl History {
    /// What was written to any of several fields.
    #[must_use]
    pub fn of_all(all: &[Self]) -> Self {
        all.iter().copied().max().unwrap_or(Self::Untouched)
    }
}

impl Context for () {
    type Fields = ();
    const VERSION: u32 = 1;
    fn schema() -> Schema {
        Schema::empty()
    }
    fn into_fields(self) {}
    fn from_fields((): &()) {}
    fn inspect(&self, _: &[usize]) -> Value<'_> {
        Value::Opaque
    }
}

impl Fields for () {
    const ZONES: &'static [ZoneEntry] = &[];
    fn blank() {}
    fn share(&self) {}
    fn inspect(&self, _: &[usize]) -> Value<'_> {
        Value::Opaque
    }
    fn inspect_committed(&self, _: &[usize]) -> Value<'_> {
        Value::Opaque
    }
    fn history(&self, _: &[usize]) -> History {
        History::Written
    }
    fn reset_signal(&mut self, _: &str, _: u64, _: u64) -> bool {
        false
    }
}
