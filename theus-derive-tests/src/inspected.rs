//! Types that rules look into, of every shape.

use std::collections::BTreeMap;

use theus_core::context::ViaSerde;
use theus_core::prelude::*;

/// A newtype.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Inspect, Serialize, Deserialize)]
pub struct Id(pub u32);

/// A newtype with a method.
#[derive(Clone, Debug, Default, Inspect)]
#[inspect(methods(first -> Option<&f64>))]
pub struct Series(pub Vec<f64>);

impl Series {
    fn first(&self) -> Option<&f64> {
        self.0.first()
    }
}

/// What a foreign crate would have.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Foreign(u8);

/// Fields of every kind, and what cannot be looked into.
#[derive(Clone, Debug, Default, Inspect)]
pub struct Part<T> {
    /// A parameter.
    pub value: T,
    /// Many of it.
    pub values: BTreeMap<Id, Vec<T>>,
    /// Shown by an adapter.
    #[inspect(with = ViaSerde<u64>)]
    pub shown: Foreign,
    /// Not shown.
    pub hidden: Foreign,
    /// Raw.
    pub r#type: Option<Box<Part<T>>>,
}

/// A tuple struct.
#[derive(Clone, Debug, Default, Inspect)]
pub struct Pair(pub u8, pub String);

/// Nothing.
#[derive(Clone, Copy, Debug, Default, Inspect)]
pub struct Unit;

/// Every kind of variant.
#[derive(Clone, Debug, Default, Inspect)]
#[inspect(methods(is_idle -> bool))]
pub enum Mode {
    /// Without fields.
    #[default]
    Idle,
    /// With named ones.
    Running {
        /// A field.
        speed: f64,
        /// Raw.
        r#type: Unit,
    },
    /// With positions.
    Failed(String, Pair),
}

impl Mode {
    fn is_idle(&self) -> bool {
        matches!(self, Self::Idle)
    }
}

/// No value at all.
#[derive(Clone, Copy, Debug, Inspect)]
pub enum Never {}

/// A generic context with a view.
#[derive(Clone, Default, Context)]
#[inspect(methods(count -> usize))]
pub struct Store<T> {
    /// What is in it.
    pub parts: Vec<Part<T>>,
    /// How it goes.
    pub mode: Mode,
    /// What there may be.
    pub never: Option<Never>,
    /// Some numbers.
    pub series: Series,
    /// Shown by an adapter.
    #[inspect(with = ViaSerde<u64>)]
    pub shown: Foreign,
}

impl<T> StoreView<'_, T>
where
    T: Clone + Send + Sync + 'static,
{
    fn count(&self) -> usize {
        self.parts.len()
    }
}
