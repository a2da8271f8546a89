//! States of a context.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::marker::PhantomData;

use proptest::prelude::*;
use proptest::strategy::NewTree;
use proptest::test_runner::TestRunner;
use serde::{Deserialize, Serialize};

use super::error::GenerateError;
use super::made::Made;
use super::plan::{NotTaken, Part, Values, Words, given, plan, tree};
use crate::context::zone::Data;
use crate::context::{Context, DataSource, DurableFields, Zone};
use crate::panics::caught;
use crate::transaction::{Cell, Storage};

/// Any state of a context, by the shapes of the fields of its Data zone: a strategy of `proptest`. Signal and Meta fields are as the
/// context's `Default` has them.
///
/// See [`commands`](super::commands) for an example, and for what comes often. Where the fields depend on each other, say what they can
/// be by [`field`](States::field), or leave out what is no state of the program by `prop_filter`.
#[must_use]
pub fn states<D>() -> States<D>
where
    D: Context<Fields: DurableFields> + Default + Debug,
{
    States { given: Vec::new(), kept: Vec::new(), made: OnceCell::new(), context: PhantomData }
}

/// Any state of a context: see [`states`].
pub struct States<D> {
    given: Vec<(String, BoxedStrategy<Made>)>,
    kept: Vec<String>,
    made: OnceCell<Result<BoxedStrategy<D>, GenerateError>>,
    context: PhantomData<D>,
}

impl<D> States<D>
where
    D: Context<Fields: DurableFields> + Default + Debug,
{
    /// What this field can be, in the place of all that its shape allows: `"user.balance"` of a nested context.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # use theus_core::test::states;
    /// # #[derive(Clone, Debug, Default, Context)]
    /// # struct Bank { balance: i64 }
    /// let solvent = states::<Bank>().field("balance", 0..=1_000_000_i64);
    /// # assert!(solvent.checked().is_ok());
    /// ```
    #[must_use]
    pub fn field<S>(mut self, path: &str, strategy: S) -> Self
    where
        S: Strategy + 'static,
        S::Value: Serialize,
    {
        self.given.push((path.to_owned(), given(strategy)));
        self.made = OnceCell::new();
        self
    }

    /// This field is as the context's `Default` has it.
    #[must_use]
    pub fn kept(mut self, path: &str) -> Self {
        self.kept.push(path.to_owned());
        self.made = OnceCell::new();
        self
    }

    /// The same, where such states can be made.
    ///
    /// # Errors
    /// [`GenerateError`]: a field of which nothing is known, or that there is not.
    pub fn checked(self) -> Result<Self, GenerateError> {
        match self.made() {
            Ok(_) => Ok(self),
            Err(error) => Err(error.clone()),
        }
    }

    fn made(&self) -> &Result<BoxedStrategy<D>, GenerateError> {
        self.made.get_or_init(|| self.make())
    }

    fn make(&self) -> Result<BoxedStrategy<D>, GenerateError> {
        let schema = D::schema();
        let words =
            Words { kind: "field", owner: schema.name.to_owned(), by: "`.field(path, strategy)` or `.kept(path)`" };
        let mut parts = Vec::new();
        for field in schema.paths().into_iter().filter(|field| field.zone == Zone::Data) {
            let names: Vec<&str> = field.path.split('.').collect();
            if let Ok(found) = schema.resolve(&names) {
                parts.push(Part { name: field.path.clone(), shape: found.field.shape.clone(), given: None });
            }
        }
        for (path, strategy) in &self.given {
            words.put(&mut parts, path, strategy)?;
        }
        for path in &self.kept {
            words.put(&mut parts, path, &Just(Made::Null).boxed())?;
        }
        parts.retain(|part| !self.kept.contains(&part.name));
        let values = plan(parts, &words, false, &|values| state::<D>(values).map(drop))?;
        Ok(values.prop_filter_map("its fields are taken", |values| state(values).ok()).boxed())
    }
}

fn state<D: Context<Fields: DurableFields> + Default>(values: Values) -> Result<D, NotTaken> {
    let mut fields = D::default().into_fields();
    fields.fill(&mut Filled { around: Vec::new(), values: values.into_iter().collect() })?;
    Ok(D::from_fields(&fields))
}

/// What the fields are filled with.
struct Filled {
    around: Vec<&'static str>,
    values: BTreeMap<String, Made>,
}

impl DataSource for Filled {
    type Error = NotTaken;

    fn field<T, S: Storage<T>>(&mut self, name: &'static str, cell: &mut Cell<T, Data, S>) -> Result<(), NotTaken>
    where
        T: for<'de> Deserialize<'de>,
        for<'a> &'a T: Serialize,
    {
        let path = [self.around.as_slice(), &[name]].concat().join(".");
        let Some(value) = self.values.remove(&path) else { return Ok(()) };
        // How a field is read can be a user's code.
        match caught(|| T::deserialize(value)) {
            Ok(Ok(value)) => cell.bring_back(value, false),
            Ok(Err(error)) => return Err((path, error.to_string())),
            Err(_) => return Err((path, "reading it panicked".to_owned())),
        }
        Ok(())
    }

    fn around(&mut self) -> &mut Vec<&'static str> {
        &mut self.around
    }
}

impl<D> Strategy for States<D>
where
    D: Context<Fields: DurableFields> + Default + Debug,
{
    type Tree = <BoxedStrategy<D> as Strategy>::Tree;
    type Value = D;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        tree(self.made(), runner)
    }
}

impl<D> Clone for States<D> {
    fn clone(&self) -> Self {
        Self { given: self.given.clone(), kept: self.kept.clone(), made: OnceCell::new(), context: PhantomData }
    }
}

impl<D> Debug for States<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("States(..)")
    }
}
