//! How a session stands and what it holds, of one moment.

use std::convert::Infallible;
use std::fmt;
use std::time::{Duration, Instant};

use super::ask::names;
use super::handle::Sessions;
use super::run_error::SessionRunError;
use super::status::SessionStatus;
use crate::context::Context;
use crate::engine::Snapshot;

/// How a session stands and what it holds, of one moment: by [`Sessions::look`].
#[non_exhaustive]
pub struct SessionLook<D: Context> {
    /// The names of the innermost states that it is in, in the order of the file.
    pub states: Vec<String>,
    /// How it stands.
    pub status: SessionStatus,
    /// What it gives, where it has finished: the `result` of its final state.
    pub result: Option<serde_json::Value>,
    /// Its domain.
    pub snapshot: Snapshot<D>,
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Sessions<D, G, E> {
    /// The states, the status, the result and the domain of a session, between two of its steps, and all of one moment. Asked one after the
    /// other, by [`states`](Self::states), [`status`](Self::status) and a snapshot of its [engine](Self::engine), they may be of several.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use theus_core::prelude::*;
    /// # use theus_core::workflow::Sessions;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Order { items: u32, cmd_add: bool }
    /// # #[process(inputs = [domain.items], outputs = [domain.items])]
    /// # fn add(ctx: Ctx<Order>) { *ctx.domain.items += 1; }
    /// # let engine = Engine::builder(Order::default()).process::<Add>().build()?;
    /// # let flow = "states: { EMPTY: { events: { CMD_ADD: FULL } }, FULL: { entry: add, events: { EVT_CHAIN_DONE: SENT } }, SENT: { final: true } }";
    /// let orders = Sessions::of_text(&engine, "order.yaml", flow)?.stepped(1).start()?;
    /// orders.open("ann", Order::default())?;
    /// orders.emit("ann", "CMD_ADD")?;
    /// orders.step_until_idle(100);
    /// let look = orders.look("ann", Duration::from_secs(1))?;
    /// assert_eq!((look.states.as_slice(), *look.snapshot.items), (["SENT".to_owned()].as_slice(), 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`SessionRunError::Session`] with [`Unknown`](super::SessionError::Unknown) or [`Nested`](super::SessionError::Nested); [`SessionRunError::Run`] with
    /// [`RunError::TimedOut`](crate::RunError::TimedOut) where a plain `fn` has the session for longer.
    pub fn look(&self, name: &str, at_most: Duration) -> Result<SessionLook<D>, SessionRunError<Infallible>> {
        let (slot, begin) = (self.shared.reach(name)?, Instant::now());
        loop {
            // A run may have the domain: it is waited for while the workflow can go on, and the census can look at it.
            let waited = slot.engine.within(at_most.saturating_sub(begin.elapsed())).snapshot();
            let before = waited.map_err(SessionRunError::Run)?;
            let inner = slot.look()?;
            // As long as its workflow makes no step, commands alone change the domain: it is as it was, or looked at again.
            let snapshot = match before.version() == slot.engine.version() {
                true => Some(before),
                false => slot.engine.try_snapshot().map_err(SessionRunError::Run)?,
            };
            let Some(snapshot) = snapshot else { continue };
            return Ok(SessionLook {
                states: names(&self.shared.definition, &inner.session),
                status: inner.status(self.shared.interlock().as_deref()),
                result: inner.session.result().cloned(),
                snapshot,
            });
        }
    }
}

impl<D: Context> fmt::Debug for SessionLook<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("SessionLook");
        shown.field("states", &self.states).field("status", &self.status).field("version", &self.snapshot.version());
        shown.finish_non_exhaustive()
    }
}
