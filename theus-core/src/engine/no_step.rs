//! Steps where the feature `workflow` is off: every process could be one, and nothing makes one.

use std::marker::PhantomData;

use super::pipeline::{CoreOf, StateOf};
use crate::process::Process;

/// How a workflow runs a process of this kind.
pub trait StepMaker<P: Process> {}

impl<P: Process, K> StepMaker<P> for K {}

/// What would make a step.
pub(super) struct MakeStep<C, S>(PhantomData<fn(&C, &S)>);

/// Makes none.
pub(super) const fn make<P: Process>() -> MakeStep<CoreOf<P>, StateOf<P>> {
    MakeStep(PhantomData)
}
