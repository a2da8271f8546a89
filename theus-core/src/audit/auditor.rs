//! The auditor of an engine: counts, decides and records; the interlock.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::SystemTime;

use parking_lot::Mutex;

use super::alarm::Alarms;
use super::change::RecipeStatus;
use super::clock::Clock;
use super::counted::CountedRule;
use super::counter::Counter;
use super::counters::AuditSession;
use super::error::{Refusal, Unrecorded};
use super::in_force::InForce;
use super::judge::Gates;
use super::key::{self, Key};
use super::ledger::{self, Delivery, Excerpt, Failure, InsideASink, RecordLog, Sinks, Tail};
use super::outcomes::{Found, RuleOutcomes, Saw};
use super::record::{Action, AuditEvent, AuditRecord, Interlock, Violation};
use super::shared_interlock::Shared;
#[cfg(feature = "store")]
use super::since::Since;
use super::tallies::{GaveWay, Tallies};
use super::tally::Tally;
use crate::audit::{Recipe, Text, Window};
use crate::panics::tell;
use crate::timestamp;

/// How many records are kept in memory where nothing else is said; the oldest make room.
pub const MAX_RECORDS: usize = 16_384;

/// Counts, records and decides for a whole engine.
///
/// ```
/// use theus_core::audit::{AuditSession, Auditor, RuleOutcomes, ResetError};
/// let auditor = Auditor::without_rules();
/// assert!(auditor.rules("transfer").is_none() && !auditor.is_latched());
/// assert!(auditor.settle(&AuditSession::new("desk"), "transfer", 0, RuleOutcomes::default(), &mut Vec::new()).is_ok());
/// assert_eq!(auditor.reset_interlock("R. Lee", "checked the valve", 0), Err(ResetError::NotLatched));
/// ```
pub struct Auditor {
    pub(super) clock: Clock,
    /// Whether a run has to ask if it may begin: the interlock is latched, or it is shared with other engines.
    pub(super) asks: AtomicBool,
    /// Whether level S has stopped this engine.
    pub(super) latched: AtomicBool,
    /// The interlock that other engines have part in.
    pub(super) shared: Option<Shared>,
    /// Guards the counters of every session too: they change only under this lock.
    pub(super) state: Mutex<AuditorState>,
    /// The counters of the rules that are counted across the engine.
    pub(super) everyone: Arc<Tallies>,
    /// The alarms of all sessions.
    pub(super) alarms: Arc<Alarms>,
    /// Whether the counters of the rules that are counted across the engine are kept elsewhere, for sessions that are carried.
    #[cfg(feature = "store")]
    pub(super) counts_elsewhere: AtomicBool,
    /// Whether a rule of the recipe in force finds by time that a process is not run.
    pub(super) awaits: AtomicBool,
    /// How many of the counters of rules with `per` had to make room while they counted something.
    pub(super) gave_way: AtomicU64,
    /// Taken before the state by whoever records, and held until what was recorded is delivered.
    pub(super) sinks: Sinks,
}

/// What the auditor works with.
#[derive(Debug)]
pub(super) struct AuditorState {
    pub(super) recipe: InForce,
    /// Where a recipe was loaded under a name.
    pub(super) in_force: Option<RecipeStatus>,
    pub(super) log: RecordLog,
    pub(super) interlock: Option<Interlock>,
    /// Whether a store has not been told yet that it was latched, or reset.
    #[cfg(feature = "store")]
    pub(super) interlock_unsaved: bool,
    /// Which violation's stop was reset last: another one, of another program, is not reset by it.
    #[cfg(feature = "store")]
    pub(super) reset_of: Option<u64>,
    /// What was counted across the engine that a store has not been told of.
    #[cfg(feature = "store")]
    pub(super) since: Since,
}

impl Auditor {
    /// An auditor for the rules of a recipe.
    #[must_use]
    pub fn new(recipe: Recipe) -> Self {
        let log = RecordLog::new("", MAX_RECORDS);
        let recipe = InForce::new(recipe);
        let awaits = AtomicBool::new(recipe.awaits_runs());
        let state = AuditorState {
            recipe,
            in_force: None,
            log,
            interlock: None,
            #[cfg(feature = "store")]
            interlock_unsaved: false,
            #[cfg(feature = "store")]
            reset_of: None,
            #[cfg(feature = "store")]
            since: Since::default(),
        };
        Self {
            clock: Clock::system(),
            asks: AtomicBool::new(false),
            latched: AtomicBool::new(false),
            shared: None,
            state: Mutex::new(state),
            everyone: Arc::default(),
            alarms: Arc::default(),
            #[cfg(feature = "store")]
            counts_elsewhere: AtomicBool::new(false),
            awaits,
            gave_way: AtomicU64::new(0),
            sinks: Sinks::none(),
        }
    }

    /// An auditor that finds nothing.
    #[must_use]
    pub fn without_rules() -> Self {
        Self::new(Recipe::default())
    }

    /// Takes the time of records from `clock`, for tests and replays. Where it panics, the system's time is taken.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Fn() -> SystemTime + Send + Sync>) -> Self {
        self.clock = Clock::injected(clock);
        self
    }

    /// A session of the engine, in which nothing has been counted.
    #[must_use]
    pub fn session(&self, name: impl Into<Text>) -> AuditSession {
        AuditSession::beside(name.into(), Arc::clone(&self.everyone), Arc::clone(&self.alarms))
    }

    /// The rules of a process, if it has any.
    #[must_use]
    pub fn rules(&self, process: &str) -> Option<Arc<Gates>> {
        self.state.lock().recipe.gates(process)
    }

    /// Looks at the recipe in force, which is not changed meanwhile.
    pub(crate) fn with_recipe<R>(&self, look: impl FnOnce(&InForce) -> R) -> R {
        look(&self.state.lock().recipe)
    }

    /// Whether settling these outcomes now would make a level act that refuses the run: S, A or B.
    #[must_use]
    pub fn would_refuse(&self, session: &AuditSession, outcomes: &RuleOutcomes) -> bool {
        if outcomes.is_empty() {
            return false;
        }
        // Read before the lock: a clock is user code.
        let now = self.asked(outcomes);
        let _counters = self.state.lock();
        let mut tallies: BTreeMap<(Counter, &Key), Tally> = BTreeMap::new();
        for Found { rule, key, saw } in &outcomes.found {
            let tally = tallies.entry((rule.counter, key)).or_insert_with(|| session.tally(rule, key));
            match saw {
                Saw::Failed(_) if tally.violated(rule, now).1 && rule.level().refuses() => return true,
                Saw::Failed(_) => {}
                Saw::Passed | Saw::Near => tally.passed(rule),
                Saw::Suppressed => {}
            }
        }
        false
    }

    /// The time by which what was found is counted; not looked at where no rule counts by it.
    fn asked(&self, outcomes: &RuleOutcomes) -> u64 {
        let is_timed = |found: &Found| matches!(found.rule.counting().window(), Window::Within(_));
        if !outcomes.found.iter().any(is_timed) {
            return 0;
        }
        let now = timestamp::nanos(self.clock.now());
        // Where it was asked before, that holds.
        match outcomes.asked.compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => now,
            Err(asked) => asked,
        }
    }

    /// Counts, records and decides: once a run, in one piece, so that a threshold acts exactly once however many threads
    /// violate at the same time. Every violation is appended to `report`, in order, refused or not.
    ///
    /// # Errors
    /// [`Refusal`] by the strongest level that acted, when it is S, A or B. Level S has latched the interlock by then.
    /// Where none acted, [`Refusal::Unrecorded`] if a sink that must have the records did not take them.
    pub fn settle(
        &self,
        session: &AuditSession,
        process: &'static str,
        version: u64,
        outcomes: RuleOutcomes,
        report: &mut Vec<Violation>,
    ) -> Result<(), Refusal> {
        if outcomes.is_empty() {
            return Ok(());
        }
        if outcomes.found.is_empty() {
            if let Some(looked) = outcomes.looked {
                session.samples().keep(*looked);
            }
            return Ok(());
        }
        let first = report.len();
        // Read before the lock: a clock is user code.
        let time = self.clock.now();
        let now = match outcomes.asked.into_inner() {
            0 => timestamp::nanos(time),
            asked => asked,
        };
        // Before any lock: who counts for all may take a while.
        #[cfg(feature = "store")]
        let decided = session.decided(self, &outcomes.found, now);
        #[cfg(feature = "store")]
        let mut decided = decided.map_err(|why| Refusal::Uncounted(Box::new(why)))?.into_iter();
        #[cfg(not(feature = "store"))]
        let mut decided = std::iter::empty::<Option<(u32, bool)>>();
        let delivery = self.sinks.open().map_err(|InsideASink| Unrecorded::inside_a_sink(process))?;
        let (mut records, mut gave_way) = (Vec::new(), Vec::new());
        let has_stopped = {
            let mut state = self.state.lock();
            for Found { rule, key, saw } in outcomes.found {
                let at = (now, (time, version));
                let decided = decided.next().flatten();
                let counts = match rule.alarm() {
                    Some(settings) => self.alarm_saw(
                        &mut state,
                        (session, process),
                        (&rule, settings),
                        (&key, &saw),
                        at,
                        &mut records,
                    ),
                    None => true,
                };
                if let Saw::Suppressed = saw {
                    continue;
                }
                let Saw::Failed(value) = saw else {
                    if decided.is_none() {
                        let _ = session.change(&rule, &key, now, |tally| tally.passed(&rule));
                        #[cfg(feature = "store")]
                        state.has_passed(session, &rule, &key);
                    }
                    continue;
                };
                if !counts {
                    continue;
                }
                let (reached, acts) = decided.unwrap_or_else(|| {
                    let (counted, gone) = session.change(&rule, &key, now, |tally| tally.violated(&rule, now));
                    gave_way.extend(gone.map(|gone| (Arc::clone(&rule), gone)));
                    #[cfg(feature = "store")]
                    state.was_violated(session, &rule, &key, now, counted.1);
                    counted
                });
                let (violation, digest) = rule.violated(session.name(), process, value, reached, acts);
                let event = AuditEvent::Violation(violation);
                let record = state.log.append_digested(session.name(), time, version, event, &digest);
                report.extend(record.violation().cloned());
                let record = record.clone();
                let raising = record.violation().filter(|_| acts && rule.alarm().is_some()).cloned();
                records.push(record);
                if let Some(violation) = raising {
                    self.alarm_acts(&mut state, session.name(), (&rule, &key), &violation, at, &mut records);
                }
            }
            let stop = report[first..].iter().find(|violation| violation.action == Action::Interlocked);
            if let Some(violation) = stop {
                records.extend(state.latch(violation, session.name(), time, version));
                self.close();
            }
            session.has_recorded(&records);
            stop.is_some()
        };
        self.tell_of_those_that_gave_way(session, &gave_way);
        self.tell_of_too_many_alarms(session.name());
        let recorded = records.len();
        let failures = self.publish(delivery, &mut records);
        if has_stopped {
            // Where it fails the log has it, and every run that is refused tries it again.
            let _ = self.spread();
        }
        let unrecorded = Unrecorded::of(process, &records[..recorded], &failures);
        let refusing = |violation: &&Violation| violation.action.is_acting() && violation.level.refuses();
        let acted: Vec<_> = report[first..].iter().filter(refusing).cloned().collect();
        match Refusal::of(process, acted, unrecorded) {
            Some(refusal) => Err(refusal),
            None => {
                if let Some(looked) = outcomes.looked {
                    session.samples().keep(*looked);
                }
                Ok(())
            }
        }
    }

    /// Outside of every lock: a subscriber is user code.
    fn tell_of_those_that_gave_way(&self, session: &AuditSession, gave_way: &[(Arc<CountedRule>, GaveWay)]) {
        for (rule, GaveWay { key, count }) in gave_way {
            self.gave_way.fetch_add(1, Ordering::Relaxed);
            let (session, source) = (session.name(), rule.source());
            let key = key::shown(rule, &Some(Arc::clone(key))).unwrap_or_default();
            tell(|| {
                tracing::warn!(target: "theus::audit", session = %session, %key, count, source,
                    "there are more values than counters: the one that was not changed for longest is dropped");
            });
        }
    }

    /// How many counters of rules with `per` had to make room for others though they counted something.
    #[must_use]
    pub fn gave_way(&self) -> u64 {
        self.gave_way.load(Ordering::Relaxed)
    }

    /// Delivers what was just recorded, and puts on record which sinks begin to fail. Returns those that fail.
    pub(super) fn publish(&self, delivery: Option<Delivery<'_>>, records: &mut Vec<AuditRecord>) -> Vec<Failure> {
        let mut failures = Vec::new();
        if let Some(mut delivery) = delivery {
            let kept = |from, most| self.state.lock().log.from(from).take(most).cloned().collect();
            let mut new = 0..records.len();
            let mut told = 0;
            while !new.is_empty() {
                let begun = delivery.deliver(&records[new.clone()], &failures, kept);
                failures.extend(begun);
                new.start = new.end;
                let version = records.last().map_or(0, |record| record.version);
                let time = self.clock.now();
                let mut state = self.state.lock();
                for failure in failures[told..].iter().filter(|failure| failure.is_new) {
                    records.push(state.log.append(time, version, failure.event()).clone());
                }
                drop(state);
                new.end = records.len();
                told = failures.len();
            }
        }
        // Told outside of every lock: a subscriber is user code too.
        records.iter().for_each(ledger::tell);
        for failure in failures.iter().filter(|failure| !failure.is_new) {
            let (sink, error) = (&failure.sink, &failure.error);
            tell(|| tracing::error!(target: "theus::audit", %sink, %error, "the sink still does not take records"));
        }
        failures
    }

    /// The time, as records have it.
    pub(crate) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// What says the time.
    #[cfg(feature = "store")]
    pub(crate) fn clock(&self) -> Arc<dyn Fn() -> SystemTime + Send + Sync> {
        let clock = self.clock.clone();
        Arc::new(move || clock.now())
    }

    /// The last records, oldest first: [`MAX_RECORDS`] of them where nothing else was said.
    #[must_use]
    pub fn records(&self) -> Vec<AuditRecord> {
        self.state.lock().log.records().cloned().collect()
    }

    /// The records that are in memory, to be asked and verified.
    #[must_use]
    pub fn excerpt(&self) -> Excerpt {
        Excerpt::of(&self.state.lock().log)
    }

    /// The last record's number and hash.
    #[must_use]
    pub fn tail(&self) -> Tail {
        self.state.lock().log.tail()
    }

    /// How many records had to make room for later ones.
    #[must_use]
    pub fn dropped_records(&self) -> u64 {
        self.state.lock().log.dropped()
    }

    /// The version for a record that is the engine's own, where a session asks for it that is at `version`: its own, where
    /// such records have its name; else that of the last record, for the version of one is none of another's.
    pub(crate) fn own_version(&self, session: &str, version: u64) -> u64 {
        if *self.state.lock().log.session() == *session { version } else { self.tail_version() }
    }

    /// The version that the last record looked at.
    pub(crate) fn tail_version(&self) -> u64 {
        self.state.lock().log.records().last().map_or(0, |record| record.version)
    }
}

impl fmt::Debug for Auditor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { latched, state, sinks, .. } = self;
        f.debug_struct("Auditor").field("latched", latched).field("state", state).field("sinks", sinks).finish()
    }
}
