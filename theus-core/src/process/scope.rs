//! What a process is given to work on, from which its guard is made.

use super::traits::Process;
use crate::context::Context;
use crate::transaction::Order;

/// The layers of one run. Generated code takes it apart into the guard, which shows the declared paths only.
pub struct Scope<'a, P: Process> {
    /// The domain: the session's own cells, or a workspace with what was read.
    pub domain: &'a mut <P::Domain as Context>::Fields,
    /// The global layer.
    pub global: &'a <P::Global as Context>::Fields,
    /// The handles to the world outside.
    pub effects: &'a P::Effects,
    /// The scratch of this run.
    pub local: &'a mut P::Local,
    /// The order in which this run writes its signals.
    pub order: &'a Order,
}
