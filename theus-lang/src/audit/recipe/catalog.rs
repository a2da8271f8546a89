//! What a recipe is checked against.

use crate::context::{Schema, Shape};
use crate::process::{Contract, Gives};
use crate::source::{NodePath, Problem};

/// What recipes are checked against: the processes of an engine and the schemas of its contexts.
#[derive(Clone, Debug)]
pub struct Catalog {
    /// The processes.
    pub processes: Vec<ProcessEntry>,
    /// The schema of the domain.
    pub domain: Schema,
    /// The schema of the global context.
    pub global: Schema,
}

/// What recipes are checked against, of one process.
#[derive(Clone, Debug)]
pub struct ProcessEntry {
    /// Its contract.
    pub contract: &'static Contract,
    /// The shapes of its arguments, in the order of the contract.
    pub arguments: Vec<Shape>,
    /// The schema of its local scratch; [`Schema::empty`] without one.
    pub local: Schema,
    /// What it returns.
    pub gives: Gives,
    /// What its errors hold, in the order of the contract; of those that are not there nothing is known.
    pub errors: Vec<Gives>,
}

/// What every step adds to.
pub(super) type Problems = Vec<Problem>;

/// The nodes of rules, to be located.
pub(super) type Places = Vec<NodePath>;
