//! The alarms of an engine, and what operators do to them.

use std::num::NonZeroU32;
use std::time::{Duration, SystemTime};

use super::handle::Engine;
use crate::audit::{Alarm, AlarmError, AlarmFigures, AlarmId, AlarmState};
use crate::context::Context;

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// The alarms of all sessions of this engine that are not normal, in the order of their sessions and rules: rules of the recipe with
    /// `alarm: true`, `deadband`, `on_delay`, `off_delay` or `latched` whose level has acted, until the value is back and somebody
    /// has acknowledged it. It waits for no run. Where there is a store they are there after a restart, also those of sessions that
    /// are not open.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// use theus_core::audit::AlarmState;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Oven { temperature: f64 }
    /// # #[process(outputs = [domain.temperature])]
    /// # fn record(ctx: Ctx<Oven>, value: f64) { ctx.domain.temperature.set(value); }
    /// let recipe = "process_recipes: { record: { outputs: [ { field: domain.temperature, max: 100, deadband: 3, level: C } ] } }";
    /// let engine = Engine::builder(Oven::default()).process::<Record>().recipe("audit.yaml", recipe)?.build()?;
    /// for value in [101.0, 99.0, 104.0] {
    ///     engine.run(Record { value })?;
    /// }
    /// let alarms = engine.alarms();
    /// assert_eq!(alarms.len(), 1, "99 is not back by the deadband: it is one excursion");
    /// assert_eq!((alarms[0].state, alarms[0].value.as_str()), (AlarmState::Unacknowledged, "104.0"));
    ///
    /// engine.acknowledge(&alarms[0].id, "R. Lee", "the cooling runs")?;
    /// assert_eq!(engine.alarms()[0].state, AlarmState::Acknowledged);
    /// engine.run(Record { value: 97.0 })?;
    /// assert!(engine.alarms().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn alarms(&self) -> Vec<Alarm> {
        let alarms = self.core.shared.auditor.alarms();
        self.alarms_are_stored();
        alarms
    }

    /// How many alarms there are for so many operators: the figures of ISA-18.2, of the records that are in
    /// [memory](Self::audit_records) and of what stands at present. Of those of long ago a file that a sink keeps knows more.
    ///
    /// ```
    /// # use std::num::NonZeroU32;
    /// # use theus_core::prelude::*;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Oven { temperature: f64 }
    /// # #[process(outputs = [domain.temperature])]
    /// # fn record(ctx: Ctx<Oven>, value: f64) { ctx.domain.temperature.set(value); }
    /// let recipe = "process_recipes: { record: { outputs: [ { field: domain.temperature, max: 100, alarm: true, level: C } ] } }";
    /// let engine = Engine::builder(Oven::default()).process::<Record>().recipe("audit.yaml", recipe)?.build()?;
    /// for value in [101.0, 99.0, 101.0, 99.0, 101.0] {
    ///     engine.run(Record { value })?;
    /// }
    /// let figures = engine.alarm_figures(NonZeroU32::MIN);
    /// assert_eq!((figures.raised, figures.standing, figures.chattering.len()), (3, 1, 1), "it needs a deadband");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn alarm_figures(&self, operators: NonZeroU32) -> AlarmFigures {
        let figures = self.core.shared.auditor.alarm_figures(operators);
        self.alarms_are_stored();
        figures
    }

    /// Finds what time alone has come to, and has it put on record: no run of a process for as long as its `missing` says and an
    /// `on_delay` that is over, in this session; an `off_delay` that is over and the end of a shelf, in all of them. What is found counts and
    /// acts as what a run finds.
    ///
    /// Whoever drives a workflow looks by itself whenever that is due ([`WorkflowManager`](crate::workflow::WorkflowManager) while it waits,
    /// [`Sessions`](crate::workflow::Sessions)). Where nobody does, a timer of one's own calls this: [`alarms_due`](Self::alarms_due) says when.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    /// use std::time::{Duration, SystemTime};
    /// use theus_core::prelude::*;
    ///
    /// # #[derive(Clone, Default, Context)]
    /// # struct Oven { temperature: f64 }
    /// # #[process(outputs = [domain.temperature])]
    /// # fn record(ctx: Ctx<Oven>, value: f64) { ctx.domain.temperature.set(value); }
    /// let seconds = Arc::new(AtomicU64::new(0));
    /// let clock = { let seconds = Arc::clone(&seconds); move || SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.load(Ordering::Relaxed)) };
    /// let recipe = "process_recipes: { record: { outputs: [ { missing: 10m, level: C } ] } }";
    /// let engine = Engine::builder(Oven::default()).clock(clock).process::<Record>().recipe("audit.yaml", recipe)?.build()?;
    /// engine.run(Record { value: 20.0 })?;
    /// assert_eq!(engine.alarms_due(), Some(SystemTime::UNIX_EPOCH + Duration::from_secs(600)));
    /// seconds.store(600, Ordering::Relaxed);
    /// engine.look_at_alarms();
    /// let violation = engine.audit_records().last().and_then(|record| record.violation().cloned()).unwrap();
    /// assert_eq!((&*violation.rule, &*violation.value), ("record missing 10m", "no run for 10m"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn look_at_alarms(&self) {
        self.core.shared.auditor.look_at_alarms();
        self.look_by_time();
        self.looks_are_kept();
    }

    /// When there is something to be found by [`look_at_alarms`](Self::look_at_alarms) in this session, by the engine's
    /// [clock](crate::EngineBuilder::clock), unless a run comes before; `None` where nothing is waited for. What is due by now is looked at at once.
    #[must_use]
    pub fn alarms_due(&self) -> Option<SystemTime> {
        let left = self.look_by_time()?;
        self.looks_are_kept();
        self.core.shared.auditor.now().checked_add(left)
    }

    /// Finds what time alone has come to in this session. For how long there is nothing more to be found.
    pub(crate) fn look_by_time(&self) -> Option<Duration> {
        self.core.shared.auditor.look_by_time(&self.core.audit, self.core.shown_version())
    }

    /// The same where somebody drives it: what is found is stored.
    #[cfg(feature = "workflow")]
    pub(crate) fn drives_by_time(&self) -> Option<Duration> {
        // What cannot be put on record at present is not tried again and again.
        let left = self.look_by_time()?.max(Duration::from_millis(1));
        self.looks_are_kept();
        Some(left)
    }

    /// What a look has found is in the store, where there is one: since when a run is waited for, and what is on record.
    fn looks_are_kept(&self) {
        #[cfg(feature = "store")]
        self.looks_are_stored();
        self.alarms_are_stored();
    }

    /// Somebody has seen an alarm. Who and why is put on record. How it stands then: normal where its value is back.
    ///
    /// # Errors
    /// Without an operator or a reason, where there is nothing to acknowledge, and where a sink that must have the record does not
    /// take it: then the alarm stands as before.
    pub fn acknowledge(&self, alarm: &AlarmId, operator: &str, reason: &str) -> Result<AlarmState, AlarmError> {
        let done = self.core.shared.auditor.acknowledge(alarm, operator, reason);
        self.alarms_are_stored();
        done
    }

    /// Puts an alarm aside for a time, by the engine's [clock](crate::EngineBuilder::clock), at most
    /// [`LONGEST_SHELVED`](crate::audit::LONGEST_SHELVED). Who and why is put on record. Violations are counted, recorded and refused
    /// as before; that its level acts raises no alarm until the time is over, or somebody takes it up: then it is raised, where its
    /// value is still outside.
    ///
    /// # Errors
    /// As [`acknowledge`](Self::acknowledge); a rule that is not in the recipe, or no alarm, has none.
    pub fn shelve(
        &self,
        alarm: &AlarmId,
        time: Duration,
        operator: &str,
        reason: &str,
    ) -> Result<AlarmState, AlarmError> {
        let done = self.core.shared.auditor.shelve(alarm, time, operator, reason);
        self.alarms_are_stored();
        done
    }

    /// Takes an alarm up again that was [shelved](Self::shelve). Who and why is put on record.
    ///
    /// # Errors
    /// As [`acknowledge`](Self::acknowledge).
    pub fn unshelve(&self, alarm: &AlarmId, operator: &str, reason: &str) -> Result<AlarmState, AlarmError> {
        let done = self.core.shared.auditor.unshelve(alarm, operator, reason);
        self.alarms_are_stored();
        done
    }

    /// What is on record of them is in the store, where there is one.
    #[cfg_attr(not(feature = "store"), allow(clippy::unused_self, reason = "as where there are stores"))]
    fn alarms_are_stored(&self) {
        #[cfg(feature = "store")]
        if let Some(durable) = &self.core.shared.durable {
            durable.store.write_records(&self.core.shared.auditor, self.core.audit.name());
        }
    }
}
