//! What the rules of a gate look at, and what they would say to it.

#[cfg(feature = "recipes")]
use std::convert::Infallible;
#[cfg(feature = "recipes")]
use std::sync::Arc;
use std::time::SystemTime;

#[cfg(feature = "recipes")]
use super::run::CoreOf;
use super::run::FieldsOf;
#[cfg(feature = "recipes")]
use crate::audit::Explanation;
use crate::audit::Subject;
use crate::context::{Context, Fields, History, Time, Value};
use crate::engine::defaults::Defaults;
#[cfg(feature = "recipes")]
use crate::panics::{DropCaught, caught};
use crate::process::Process;
#[cfg(feature = "recipes")]
use crate::process::{Panicked, RunError};
#[cfg(feature = "recipes")]
use crate::transaction::Limit;
use theus_model::context::FieldRanges;

/// What the rules of a gate look at.
pub(super) struct GateView<'a, P: Process> {
    pub(super) arguments: Option<&'a P>,
    pub(super) domain: &'a FieldsOf<P>,
    pub(super) global: &'a <P::Global as Context>::Fields,
    pub(super) local: Option<&'a P::Local>,
    pub(super) defaults: &'a Defaults<P::Domain>,
    /// What time it is, where a rule asks.
    pub(super) now: Option<SystemTime>,
}

impl<P: Process> Subject for GateView<'_, P> {
    #[inline]
    fn argument(&self, index: usize) -> Value<'_> {
        self.arguments.map_or(Value::Opaque, |arguments| arguments.argument(index))
    }
    #[inline]
    fn global(&self, path: &[usize]) -> Value<'_> {
        self.global.inspect(path)
    }
    #[inline]
    fn domain(&self, path: &[usize]) -> Value<'_> {
        self.domain.inspect(path)
    }
    #[inline]
    fn committed(&self, path: &[usize]) -> Value<'_> {
        self.domain.inspect_committed(path)
    }
    fn predecessor(&self, path: &[usize]) -> Value<'_> {
        let committed = self.domain.inspect_committed(path);
        match self.domain.history(path) {
            History::First if self.defaults.is_nobodys(path, committed) => Value::Missing,
            _ => committed,
        }
    }
    #[inline]
    fn domain_is_within(&self, ranges: &FieldRanges) -> bool {
        self.domain.is_within(ranges)
    }
    #[inline]
    fn global_is_within(&self, ranges: &FieldRanges) -> bool {
        self.global.is_within(ranges)
    }
    fn now(&self) -> Value<'_> {
        self.now.map_or(Value::Opaque, |now| Value::from(Time::from(now)))
    }
    #[inline]
    fn local(&self, path: &[usize]) -> Value<'_> {
        self.local.map_or(Value::Opaque, |local| local.inspect(path))
    }
}

/// What the rules would say to a command as things are. Nothing is run, counted or recorded.
#[cfg(feature = "recipes")]
pub(in crate::engine) fn explain<P: Process>(
    core: &CoreOf<P>,
    command: &P,
    limit: Option<Limit>,
) -> Result<Explanation, RunError<Infallible>> {
    let process = P::CONTRACT.process;
    let Some(registered) = core.shared.registry.get::<P>() else { return Err(RunError::Unregistered { process }) };
    let (interlock, now) = (core.shared.auditor.interlock(), core.shared.auditor.now());
    let mut state = core.hold_beside_lease(process, limit)?;
    let rules = Arc::clone(state.rules(&core.shared.rules, &core.audit));
    // As in a run: defaults and computed properties are code of a user's types.
    let explained = caught(|| {
        let mut local = DropCaught::none();
        let local = &*local.get_or_insert_with(P::Local::default);
        let global = &core.shared.global;
        let defaults = &core.shared.defaults;
        let view = GateView::<P> {
            arguments: Some(command),
            domain: &state.fields,
            global,
            local: Some(local),
            defaults,
            now: Some(now),
        };
        match rules.of(registered.place) {
            Some(rules) => rules.explain(&view, &core.audit, state.version(), interlock, now),
            None => Explanation::without_rules(process, state.version(), interlock),
        }
    });
    explained.map_err(|panic| RunError::Panicked(Panicked::new(process, &panic)))
}
