//! The seven stages of a run, in this order:
//!
//! 1. audit input gate, 2. lock, 3. begin, 4. guard, 5. execute, 6. audit output gate, 7. commit or roll back.
//!
//! Three ways lead through them. A plain `fn` usually holds the session throughout ([`alone`]). A run that is checked at
//! its commit ([`checked`], [`checked_async`]) holds it for stages 1 to 3 and again for 6 and 7, with a workspace between.
//! An `async fn` with effects takes the session as its turn, and then goes the same way.
//!
//! The input gate judges the very values that the process is given because stages 1 to 3 happen in one hold.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use super::backoff;
use super::core::Core;
use super::locking::Isolation;
use super::nesting::{self, EntersOnDrop, Inside, LeavesOnDrop};
use super::registry::Registered;
use super::report::Report;
use super::session::State;
use crate::audit::{Auditor, Explanation, Findings, Gate, ProcessRules, Subject, Violation};
use crate::context::{Context, Fields, Value, Zone};
use crate::process::{AsyncProcess, Contract, Halted, Panicked, Process, RunError, Scope, SyncProcess};
use crate::signal::{Event, EventName, Origin};
use crate::transaction::{NestedHold, Order, shed};

type CoreOf<P> = Core<<P as Process>::Domain, <P as Process>::Global, <P as Process>::Effects>;
type RegisteredOf<P> = Registered<<P as Process>::Domain, <P as Process>::Global, <P as Process>::Effects>;
type FieldsOf<P> = <<P as Process>::Domain as Context>::Fields;
type StateOf<P> = State<<P as Process>::Domain>;
type ErrorOf<P> = RunError<<P as Process>::Error>;
type ResultOf<P> = Result<<P as Process>::Output, ErrorOf<P>>;

/// One run: what it knows from its first stage to its last, however many attempts it takes.
struct Run<'a, P: Process> {
    core: &'a Arc<CoreOf<P>>,
    /// Its place in the table of rules.
    place: usize,
    /// The rules that were in force when it began.
    rules: Option<Arc<ProcessRules>>,
    /// There from the moment when the audit has something to keep: a run without rules pays nothing for it.
    notes: Option<Box<Notes<P>>>,
    version: u64,
    attempts: u32,
}

/// What one attempt has to itself: its local layer, and the order in which it writes signals.
struct Scratch<P: Process> {
    local: P::Local,
    order: Order,
}

/// An attempt that does not hold the session: what it pinned, and its drafts.
struct Work<P: Process> {
    fields: Box<FieldsOf<P>>,
    scratch: Scratch<P>,
}

/// What the audit keeps of a run.
struct Notes<P> {
    /// The arguments, where a rule of the output gate looks at them.
    arguments: Option<P>,
    /// What was found and has not been counted yet.
    findings: Findings,
    /// What was counted.
    violations: Vec<Violation>,
}

/// How an attempt on a workspace ended.
enum Closed<P: Process> {
    Finished(ResultOf<P>),
    /// Something that was read has changed since: nothing was done.
    Stale,
}

// ---------------------------------------------------------------------------------------------------------------------
// The ways through the stages
// ---------------------------------------------------------------------------------------------------------------------

/// Runs a plain `fn`.
#[inline]
pub(super) fn run<P: SyncProcess>(core: &Arc<CoreOf<P>>, command: P) -> ResultOf<P> {
    let registered = admitted::<P>(core)?;
    go(&mut Run::new(core, registered), command)
}

/// Runs a plain `fn`, and tells all about it.
pub(super) fn run_reported<P: SyncProcess>(core: &Arc<CoreOf<P>>, command: P) -> Report<P> {
    let registered = match admitted::<P>(core) {
        Ok(registered) => registered,
        Err(error) => return refused(error),
    };
    let mut run = Run::new(core, registered);
    let result = go(&mut run, command);
    run.report(result)
}

/// The process's registration, where the run may start.
#[inline]
fn admitted<P: Process>(core: &Arc<CoreOf<P>>) -> Result<&RegisteredOf<P>, ErrorOf<P>> {
    if nesting::is_inside(core.identity()) {
        return Err(nested::<P>());
    }
    match core.registry.get::<P>() {
        Some(registered) => Ok(registered),
        None => Err(RunError::Unregistered { process: P::CONTRACT.process }),
    }
}

#[inline]
fn go<P: SyncProcess>(run: &mut Run<'_, P>, command: P) -> ResultOf<P> {
    match run.core.locking.isolation(const { &P::CONTRACT }) {
        Isolation::Alone => alone(run, command),
        Isolation::Checked => checked(run, command),
    }
}

/// Runs an `async fn`, and tells all about it.
pub(super) async fn run_async<P: AsyncProcess>(core: &Arc<CoreOf<P>>, command: P) -> Report<P> {
    let registered = match admitted::<P>(core) {
        Ok(registered) => registered,
        Err(error) => return refused(error),
    };
    let mut run = Run::new(core, registered);
    let result = match core.locking.isolation(const { &P::CONTRACT }) {
        Isolation::Alone => alone_async(&mut run, command).await,
        Isolation::Checked => checked_async(&mut run, command).await,
    };
    run.report(result)
}

/// The session is held from the first stage to the last; drafts are opened in place.
#[inline]
fn alone<P: SyncProcess>(run: &mut Run<'_, P>, command: P) -> ResultOf<P> {
    let Ok(mut state) = run.core.session.hold() else { return Err(nested::<P>()) };
    run.version = state.version;
    run.take_rules(&state);
    let proposed = catch::<P, _>(|| {
        let mut scratch = Scratch::default();
        run.audit_input_gate(&command, &state.fields, &scratch)?; // 1
        run.count_findings()?;
        // 2. lock: the session is held already, and stays so.
        let scope = run.begin(&mut state.fields, &mut scratch); // 3
        let returned = P::execute(command, scope); // 4 and 5: generated code makes the guard and runs the body in it
        let output = P::outcome(returned).map_err(RunError::Process)?;
        run.audit_output_gate(&state.fields, &scratch)?; // 6
        Ok(output)
    });
    run.commit_or_roll_back(&mut state, proposed) // 7
}

/// The session is held for the first three stages and for the last two.
#[inline(never)]
fn checked<P: SyncProcess>(run: &mut Run<'_, P>, command: P) -> ResultOf<P> {
    loop {
        let Ok(mut state) = run.core.session.hold() else { return Err(nested::<P>()) };
        let mut work = run.open(&mut state, &command, Counting::AtTheEnd)?; // 1 and 2
        drop(state);
        let returned = {
            let _inside = Inside::enter(run.core.identity());
            let scope = run.begin(&mut work.fields, &mut work.scratch); // 3
            catch::<P, _>(|| Ok(P::execute(command.clone(), scope))) // 4 and 5
        };
        let Ok(mut state) = run.core.session.hold() else { return Err(nested::<P>()) };
        match run.close(&mut state, work, Some(&command), returned) {
            Closed::Finished(result) => return result, // 6 and 7
            Closed::Stale if run.attempts < run.core.attempts => {}
            Closed::Stale => return Err(run.conflict()),
        }
        drop(state);
        backoff::wait(run.attempts);
        run.attempts += 1;
    }
}

/// As [`checked`], without blocking the thread for as long as somebody has a turn.
async fn checked_async<P: AsyncProcess>(run: &mut Run<'_, P>, command: P) -> ResultOf<P> {
    loop {
        let opened = match run.core.session.hold_async().await {
            Ok(mut state) => run.open(&mut state, &command, Counting::AtTheEnd), // 1 and 2
            Err(NestedHold) => return Err(nested::<P>()),
        };
        let mut work = opened?;
        let identity = run.core.identity();
        let returned = match catch::<P, _>(|| Ok(command.clone())) {
            Ok(command) => {
                let body = P::execute(command, run.begin(&mut work.fields, &mut work.scratch)); // 3 and 4
                catch_async::<P, _>(identity, body).await // 5
            }
            Err(error) => Err(error),
        };
        let closed = match run.core.session.hold_async().await {
            Ok(mut state) => run.close(&mut state, work, Some(&command), returned), // 6 and 7
            Err(NestedHold) => return Err(nested::<P>()),
        };
        match closed {
            Closed::Finished(result) => return result,
            Closed::Stale if run.attempts < run.core.attempts => {
                backoff::wait_async(run.attempts).await;
                run.attempts += 1;
            }
            Closed::Stale => return Err(run.conflict()),
        }
    }
}

/// The session is this run's alone from begin to commit, and is not held while the body awaits.
async fn alone_async<P: AsyncProcess>(run: &mut Run<'_, P>, command: P) -> ResultOf<P> {
    let Ok(turn) = run.core.session.take_turn(State::turn_over).await else { return Err(nested::<P>()) };
    let opened = match turn.hold() {
        Ok(mut state) => run.open(&mut state, &command, Counting::Now), // 1 and 2
        Err(NestedHold) => return Err(nested::<P>()),
    };
    let mut work = opened?;
    let identity = run.core.identity();
    let body = P::execute(command, run.begin(&mut work.fields, &mut work.scratch)); // 3 and 4
    let returned = catch_async::<P, _>(identity, body).await; // 5
    let closed = match turn.hold() {
        // Nothing can have changed since the input gate: it needs no second look at the command.
        Ok(mut state) => run.close(&mut state, work, None, returned), // 6 and 7
        Err(NestedHold) => return Err(nested::<P>()),
    };
    drop(turn);
    match closed {
        Closed::Finished(result) => result,
        Closed::Stale => Err(run.conflict()),
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// The stages
// ---------------------------------------------------------------------------------------------------------------------

/// When the findings of the input gate are counted.
#[derive(Clone, Copy)]
enum Counting {
    /// At once: this attempt is the only one.
    Now,
    /// When the run ends: an attempt that meets a conflict does not count. What would refuse the run is counted at once.
    AtTheEnd,
}

impl<'a, P: Process> Run<'a, P> {
    const RAISES_SIGNALS: bool = raises_signals(&P::CONTRACT);
    const WRITES: bool = !P::CONTRACT.outputs.is_empty();

    #[inline]
    fn new(core: &'a Arc<CoreOf<P>>, registered: &RegisteredOf<P>) -> Self {
        Self { core, place: registered.place, rules: None, notes: None, version: 0, attempts: 1 }
    }

    /// The first thing that is done with the session: which rules hold for this run, to its end.
    #[inline(always)]
    fn take_rules(&mut self, state: &StateOf<P>) {
        if let Some(rules) = state.rules(self.place) {
            self.rules = Some(Arc::clone(rules));
        }
    }

    /// Stages 1 and 2 of an attempt on a workspace.
    fn open(&mut self, state: &mut StateOf<P>, command: &P, counting: Counting) -> Result<Work<P>, ErrorOf<P>> {
        self.version = state.version;
        if self.attempts == 1 {
            self.take_rules(state);
        }
        if let Some(notes) = &mut self.notes {
            // What an earlier attempt found is void: this one judges anew.
            notes.findings = Findings::default();
        }
        let scratch = catch::<P, _>(|| {
            let scratch = Scratch::default();
            self.audit_input_gate(command, &state.fields, &scratch)?;
            if self.refuses() || matches!(counting, Counting::Now) {
                self.count_findings()?;
            }
            Ok(scratch)
        })?;
        let mut fields = state.workspace();
        self.lock(&mut fields, &state.fields);
        Ok(Work { fields, scratch })
    }

    /// Stage 1. The arguments and the state, as the process will be given them, against the recipe.
    #[inline(always)]
    fn audit_input_gate(&mut self, command: &P, fields: &FieldsOf<P>, scratch: &Scratch<P>) -> Result<(), ErrorOf<P>> {
        self.refuse_if_halted()?;
        if let Some(rules) = &self.rules {
            if rules.reads_arguments(Gate::Output) && self.notes.is_none() {
                self.notes = Some(Notes::with(Some(command.clone())));
            }
            self.judge(Gate::Input, Some(command), fields, &scratch.local);
        }
        Ok(())
    }

    #[inline(never)]
    fn judge(&mut self, gate: Gate, command: Option<&P>, fields: &FieldsOf<P>, local: &P::Local) {
        let Some(rules) = &self.rules else { return };
        let arguments = command.or_else(|| self.notes.as_ref().and_then(|notes| notes.arguments.as_ref()));
        let look = Look::<P> { arguments, domain: fields, global: &self.core.global, local };
        let findings = rules.judge(gate, &look);
        if !findings.is_empty() {
            self.notes.get_or_insert_with(|| Notes::with(None)).findings.append(findings);
        }
    }

    /// Stage 2, where the session is not held through the body: handles and versions of what is read are taken, by which
    /// the commit will know whether they still hold.
    fn lock(&self, work: &mut FieldsOf<P>, base: &FieldsOf<P>) {
        P::pin(work, base);
    }

    /// Stage 3. A draft begins where the guard is written to, and nowhere else: nothing is copied here.
    #[inline(always)]
    fn begin<'s>(&self, fields: &'s mut FieldsOf<P>, scratch: &'s mut Scratch<P>) -> Scope<'s, P>
    where
        'a: 's,
    {
        let (global, effects) = (&self.core.global, &self.core.effects);
        Scope { domain: fields, global, effects, local: &mut scratch.local, order: &scratch.order }
    }

    /// Stages 6 and 7 of an attempt on a workspace.
    fn close(
        &mut self,
        state: &mut StateOf<P>,
        mut work: Work<P>,
        command: Option<&P>,
        returned: Result<P::Returned, ErrorOf<P>>,
    ) -> Closed<P> {
        let output = returned.and_then(|returned| P::outcome(returned).map_err(RunError::Process));
        let proposed = match output {
            Ok(output) if !P::is_current(&work.fields, &state.fields) => {
                shed(output);
                None
            }
            Ok(output) => Some(catch::<P, _>(|| {
                self.confirm_input_gate(command, state)?;
                P::propose(&mut state.fields, &mut work.fields);
                self.audit_output_gate(&state.fields, &work.scratch).map(|()| output)
            })),
            Err(error) => Some(Err(error)),
        };
        P::clear(&mut work.fields);
        state.keep(work.fields);
        match proposed {
            Some(proposed) => Closed::Finished(self.commit_or_roll_back(state, proposed)),
            None => Closed::Stale,
        }
    }

    /// Stage 1 as it holds at the commit. A rule may look at what is no input, which no version of an input guards: where
    /// others have committed since the attempt began, the gate judges anew, so that the run is as if it had begun now.
    fn confirm_input_gate(&mut self, command: Option<&P>, state: &StateOf<P>) -> Result<(), ErrorOf<P>> {
        // Another run may have latched the interlock while this one was under way.
        self.refuse_if_halted()?;
        if self.version != state.version {
            self.version = state.version;
            if self.rules.is_some() {
                if let Some(notes) = &mut self.notes {
                    notes.findings = Findings::default();
                }
                // The input gate sees the scratch as a run finds it, the output gate as this run left it.
                self.judge(Gate::Input, command, &state.fields, &P::Local::default());
            }
        }
        if self.refuses() { self.count_findings() } else { Ok(()) }
    }

    /// Whether what was found would refuse the run, were it counted now.
    fn refuses(&self) -> bool {
        self.notes.as_ref().is_some_and(|notes| self.core.auditor.would_refuse(&notes.findings))
    }

    /// Stage 6. The state as it would be after the commit, against the recipe.
    #[inline(always)]
    fn audit_output_gate(&mut self, fields: &FieldsOf<P>, scratch: &Scratch<P>) -> Result<(), ErrorOf<P>> {
        if self.rules.is_some() {
            self.judge(Gate::Output, None, fields, &scratch.local);
        }
        self.count_findings()
    }

    /// Stage 7. All of what was proposed becomes the committed state, or none of it.
    #[inline(always)]
    fn commit_or_roll_back(&mut self, state: &mut StateOf<P>, proposed: ResultOf<P>) -> ResultOf<P> {
        let output = match proposed {
            Ok(output) => output,
            Err(error) => return Err(self.roll_back(state, error)),
        };
        match self.commit(state) {
            Ok(()) => Ok(output),
            Err(error) => {
                let error = self.roll_back(state, error);
                shed(output);
                Err(error)
            }
        }
    }

    #[inline(always)]
    fn commit(&mut self, state: &mut StateOf<P>) -> Result<(), ErrorOf<P>> {
        if !Self::WRITES {
            self.version = state.version;
            return Ok(());
        }
        let version = state.version.wrapping_add(1);
        if Self::RAISES_SIGNALS {
            self.commit_with_signals(state, version)?;
        } else {
            P::commit(&mut state.fields, version);
        }
        state.version = version;
        self.version = version;
        // The old values, which the commit has left where the drafts were.
        P::discard(&mut state.fields);
        Ok(())
    }

    /// The signals leave after the commit, all together: room for them is taken before it.
    fn commit_with_signals(&self, state: &mut StateOf<P>, version: u64) -> Result<(), ErrorOf<P>> {
        // A signal says itself whether it is raised: code of a user's type, and nothing is committed yet.
        let mut raised = catch::<P, _>(|| {
            let mut raised = Vec::new();
            P::collect_raised(&state.fields, &mut raised);
            Ok(raised)
        })?;
        if raised.is_empty() {
            P::commit(&mut state.fields, version);
            return Ok(());
        }
        raised.sort_by_key(|signal| signal.order);
        let process = P::CONTRACT.process;
        let events = raised.iter().map(|signal| Event {
            name: EventName::from_signal_field(signal.path),
            origin: Origin::Signal { path: signal.path, version, process },
        });
        self.core
            .bus
            .publish_with(events, || P::commit(&mut state.fields, version))
            .map_err(|full| RunError::BusFull { process, capacity: full.capacity })
    }

    #[cold]
    #[inline(never)]
    fn roll_back(&mut self, state: &mut StateOf<P>, error: ErrorOf<P>) -> ErrorOf<P> {
        P::discard(&mut state.fields);
        // What the input gate found counts, whatever became of the run; if it acts only now, that is what is told.
        match self.count_findings() {
            Ok(()) => error,
            Err(refusal) => refusal,
        }
    }

    #[inline(always)]
    fn count_findings(&mut self) -> Result<(), ErrorOf<P>> {
        match &mut self.notes {
            Some(notes) if !notes.findings.is_empty() => notes.settle(&self.core.auditor, self.version),
            _ => Ok(()),
        }
    }

    #[inline]
    fn refuse_if_halted(&self) -> Result<(), ErrorOf<P>> {
        if self.core.auditor.is_latched() { Err(self.halted()) } else { Ok(()) }
    }

    #[cold]
    fn halted(&self) -> ErrorOf<P> {
        let reason = self.core.auditor.interlock().map_or_else(String::new, |interlock| interlock.to_string());
        RunError::Halted(Halted { reason: reason.into() })
    }

    #[cold]
    fn conflict(&mut self) -> ErrorOf<P> {
        let (process, attempts) = (P::CONTRACT.process, self.attempts);
        tracing::warn!(target: "theus::engine", process, attempts, "conflict");
        self.count_findings().err().unwrap_or(RunError::Conflict { process, attempts })
    }

    fn report(self, result: ResultOf<P>) -> Report<P> {
        let violations = self.notes.map(|notes| notes.violations).unwrap_or_default();
        Report { result, violations, version: self.version, attempts: self.attempts }
    }
}

impl<P: Process> Default for Scratch<P> {
    #[inline]
    fn default() -> Self {
        Self { local: P::Local::default(), order: Order::default() }
    }
}

impl<P: Process> Notes<P> {
    #[cold]
    fn with(arguments: Option<P>) -> Box<Self> {
        Box::new(Self { arguments, findings: Findings::default(), violations: Vec::new() })
    }

    #[cold]
    fn settle(&mut self, auditor: &Auditor, version: u64) -> Result<(), ErrorOf<P>> {
        let findings = std::mem::take(&mut self.findings);
        Ok(auditor.settle(P::CONTRACT.process, version, findings, &mut self.violations)?)
    }
}

/// What the rules would say to a command as things are. Nothing is run, counted or recorded.
pub(super) fn explain<P: Process>(
    core: &Arc<CoreOf<P>>,
    command: &P,
) -> Result<Explanation, RunError<std::convert::Infallible>> {
    let process = P::CONTRACT.process;
    let Some(registered) = core.registry.get::<P>() else { return Err(RunError::Unregistered { process }) };
    let local = P::Local::default();
    let interlock = core.auditor.interlock();
    let state = core.session.peek().map_err(|_| RunError::Nested { process })?;
    let look = Look::<P> { arguments: Some(command), domain: &state.fields, global: &core.global, local: &local };
    Ok(match state.rules(registered.place) {
        Some(rules) => rules.explain(&look, state.version, interlock),
        None => Explanation::without_rules(process, state.version, interlock),
    })
}

/// What the rules of a gate look at.
struct Look<'a, P: Process> {
    arguments: Option<&'a P>,
    domain: &'a FieldsOf<P>,
    global: &'a <P::Global as Context>::Fields,
    local: &'a P::Local,
}

impl<P: Process> Subject for Look<'_, P> {
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
    #[inline]
    fn local(&self, path: &[usize]) -> Value<'_> {
        self.local.inspect(path)
    }
}

const fn raises_signals(contract: &Contract) -> bool {
    let mut at = 0;
    while at < contract.outputs.len() {
        if matches!(contract.outputs[at].zone, Zone::Signal) {
            return true;
        }
        at += 1;
    }
    false
}

/// Runs code of a process: a panic in it becomes an error of the run.
#[inline]
fn catch<P: Process, T>(code: impl FnOnce() -> Result<T, ErrorOf<P>>) -> Result<T, ErrorOf<P>> {
    // What the code may have left half done is drafts, and those are dropped.
    catch_unwind(AssertUnwindSafe(code)).unwrap_or_else(|payload| Err(panicked::<P>(&*payload)))
}

/// As [`catch`], for each poll of a body. While it is polled or dropped, its engine is known to be occupied by this thread.
async fn catch_async<P: Process, F: Future>(engine: usize, body: F) -> Result<F::Output, ErrorOf<P>> {
    let _leaves = LeavesOnDrop;
    let mut body = pin!(body);
    let _enters = EntersOnDrop(engine);
    poll_fn(|task| {
        let _inside = Inside::enter(engine);
        match catch_unwind(AssertUnwindSafe(|| body.as_mut().poll(task))) {
            Ok(Poll::Ready(returned)) => Poll::Ready(Ok(returned)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(payload) => Poll::Ready(Err(panicked::<P>(&*payload))),
        }
    })
    .await
}

#[cold]
fn panicked<P: Process>(payload: &(dyn Any + Send)) -> ErrorOf<P> {
    let error = Panicked::new(P::CONTRACT.process, payload);
    tracing::error!(target: "theus::engine", process = P::CONTRACT.process, message = error.message(), "panicked");
    RunError::Panicked(error)
}

#[cold]
#[inline(never)]
fn refused<P: Process>(error: ErrorOf<P>) -> Report<P> {
    Report { result: Err(error), violations: Vec::new(), version: 0, attempts: 0 }
}

const fn nested<P: Process>() -> ErrorOf<P> {
    RunError::Nested { process: P::CONTRACT.process }
}
