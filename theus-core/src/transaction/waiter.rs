//! One who waits for a session, from the first look to the last.

use std::hint::spin_loop;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use super::gate::{Gate, Guard, Owner, Wants};
use super::line::{self, Left, Line};
use super::patience::{Late, NotHeld, Request};
use super::waits::{self, Drivers, LockRequest, Waiting};
use crate::sync::nesting::holds;
use crate::sync::parker::Parker;
use crate::sync::timer::{self, Alarm};
use crate::sync::{Ordering, SPINS, fence};

/// Waits in the line, where it has to; gone, it leaves the line.
pub(super) struct Waiter<'a, 'r, S> {
    gate: &'a Gate<S>,
    request: Request<'r>,
    wants: Wants,
    /// Its place in the line.
    ticket: Option<u64>,
    patience: Option<Patience>,
    /// A task that keeps something is in the graph of waits for as long as it waits.
    waiting: Option<Waiting>,
    /// Dropped with the waiter: not while the gate is shut and nobody is known to hold the session.
    rubbish: Vec<Left>,
}

/// How long it goes on waiting.
struct Patience {
    /// When the wait is over, unless the session has changed hands by then.
    until: Option<Instant>,
    /// How many had been served when that was set, if there was a line.
    served: Option<u64>,
    alarm: Option<Alarm>,
}

impl<'a, 'r, S> Waiter<'a, 'r, S> {
    pub(super) const fn new(gate: &'a Gate<S>, request: Request<'r>, wants: Wants) -> Self {
        Self { gate, request, wants, ticket: None, patience: None, waiting: None, rubbish: Vec::new() }
    }

    /// The gate, if nobody holds it and the session is nobody's or promised to this one.
    pub(super) fn try_enter(&mut self) -> Option<Guard<'a, S>> {
        self.take(self.gate.mutex.try_lock()?)
    }

    /// The same, and looks more than once where somebody holds it: most do for a moment only.
    pub(super) fn try_enter_soon(&mut self) -> Option<Guard<'a, S>> {
        for _ in 0..SPINS {
            if let Some(gate) = self.gate.mutex.try_lock() {
                return self.take(gate);
            }
            spin_loop();
        }
        None
    }

    /// The same, at the gate.
    fn take(&mut self, mut gate: Guard<'a, S>) -> Option<Guard<'a, S>> {
        let mut lapsed = None;
        let opens = match gate.owner {
            Owner::Nobody => true,
            // Nobody comes in beside them before others who wait for them to end.
            Owner::Lease if self.is_first() => {
                let lets_in = |drivers: &Arc<Drivers>| drivers.let_in(self.wants, self.request.contracts);
                if self.gate.drivers.get().is_some_and(lets_in) {
                    let left = self.leave(true);
                    self.rubbish.extend(left);
                    return Some(gate);
                }
                if self.ticket.is_some()
                    && let Some(line) = self.gate.line.get()
                {
                    line.lock().judged();
                }
                false
            }
            Owner::Lease => false,
            Owner::Promised => self.gate.line.get().is_none_or(|line| {
                let mut line = line.lock();
                let opens = line.opens_for(self.ticket, &mut lapsed);
                self.gate.waiting.store(line.len(), Ordering::SeqCst);
                opens
            }),
        };
        if !opens {
            drop(gate);
            self.gate.relay();
            return None;
        }
        gate.owner = Owner::Nobody;
        let left = self.leave(true);
        self.rubbish.extend(left);
        self.rubbish.extend(lapsed);
        Some(gate)
    }

    /// Whether nobody waits before it.
    fn is_first(&self) -> bool {
        match self.ticket {
            None => self.gate.waiting.load(Ordering::SeqCst) == 0,
            Some(ticket) => self.gate.line.get().is_some_and(|line| line.lock().is_first(ticket)),
        }
    }

    /// Takes its place in the line.
    pub(super) fn join(&mut self, waker: &Waker, is_task: bool) {
        let waker = waker.clone();
        let mut line = self.gate.line.get_or_init(Line::new).lock();
        let left = line.join(&mut self.ticket, line::Waiter { waker, is_task });
        self.gate.waiting.store(line.len(), Ordering::SeqCst);
        let served = line.served();
        drop(line);
        self.rubbish.clear();
        self.rubbish.push(left);
        self.patience.get_or_insert_with(|| Patience::new(&self.request)).served.get_or_insert(served);
        fence(Ordering::SeqCst);
    }

    fn leave(&mut self, is_served: bool) -> Option<Left> {
        let ticket = self.ticket.take()?;
        let mut line = self.gate.line.get()?.lock();
        let left = line.leave(ticket, is_served);
        self.gate.waiting.store(line.len(), Ordering::SeqCst);
        Some(left)
    }

    /// Whether it goes on waiting, as a task.
    pub(super) fn stay(&mut self, task: &mut Context<'_>) -> Result<(), NotHeld> {
        if self.waiting.is_none() {
            self.waiting = waits::await_(|| self.lock_request(true)).map_err(NotHeld::Circle)?;
        }
        loop {
            let Some(patience) = &mut self.patience else { return Ok(()) };
            let Some(until) = patience.until else { return Ok(()) };
            if !patience.alarm.get_or_insert_with(|| Alarm::at(until)).poll(task) {
                return Ok(());
            }
            self.has_ended()?;
        }
    }

    /// Waits with the thread blocked, for other threads and for leases. It may be at the gate already, and found it shut.
    pub(super) fn wait(&mut self, mut gate: Option<Guard<'a, S>>) -> Result<Guard<'a, S>, NotHeld> {
        let parker = Parker::new();
        let waker = parker.waker();
        loop {
            let behind = match gate.take() {
                Some(gate) => gate,
                None => self.lock()?,
            };
            if let Some(gate) = self.take(behind) {
                return Ok(gate);
            }
            self.join(&waker, false);
            // It may be free since.
            if let Some(gate) = self.try_enter() {
                return Ok(gate);
            }
            let waiting = waits::block(self.lock_request(true)).map_err(NotHeld::Circle)?;
            let until = self.patience.as_ref().and_then(|patience| patience.until);
            // A waker that runs something here waits for what nobody else would tell it of: that a promise is over.
            let looks_at = timer::is_here().then(|| Instant::now() + line::LEASE);
            let is_woken = parker.park_until(looks_at.into_iter().chain(until).min());
            drop(waiting);
            if !is_woken && (looks_at.is_none() || until.is_some_and(|until| until <= Instant::now())) {
                self.has_ended()?;
            }
        }
    }

    /// The gate, waited for with the thread blocked, whosever the session is.
    pub(super) fn lock(&mut self) -> Result<Guard<'a, S>, NotHeld> {
        if let Some(gate) = self.gate.mutex.try_lock() {
            return Ok(gate);
        }
        if holds(self.gate.engine) {
            return Err(NotHeld::Nested);
        }
        let _waiting = waits::block(self.lock_request(false)).map_err(NotHeld::Circle)?;
        let until = self.patience.get_or_insert_with(|| Patience::new(&self.request)).until;
        let gate = match until {
            None => Some(self.gate.mutex.lock()),
            Some(until) => self.gate.mutex.try_lock_until(until),
        };
        gate.ok_or_else(|| self.late())
    }

    /// Called when the time is over: an error, unless the session has changed hands and the caller set no limit.
    fn has_ended(&mut self) -> Result<(), NotHeld> {
        let served = self.gate.line.get().map(|line| line.lock().served());
        let goes_on = self.patience.as_ref().is_some_and(|patience| patience.served != served);
        if !goes_on || self.request.limit.is_some_and(|limit| limit.is_over()) {
            return Err(self.late());
        }
        self.patience = Some(Patience { served, ..Patience::new(&self.request) });
        Ok(())
    }

    fn late(&self) -> NotHeld {
        let limit = self.request.limit.filter(|limit| limit.is_over());
        let span = limit.map_or(self.request.lock_timeout, |limit| limit.span);
        let lease = self.gate.drivers.get().and_then(|drivers| drivers.who());
        NotHeld::TimedOut(Box::new(Late { span, is_limit: limit.is_some(), lease }))
    }

    fn lock_request(&self, for_leases: bool) -> LockRequest {
        LockRequest {
            session: self.gate.number,
            name: Arc::from(self.request.session),
            process: self.request.process,
            drivers: self.gate.drivers.get().filter(|_| for_leases).map(Arc::clone),
        }
    }
}

impl Patience {
    fn new(request: &Request<'_>) -> Self {
        let engine =
            if request.lock_timeout == Duration::MAX { None } else { Instant::now().checked_add(request.lock_timeout) };
        let until = match (request.limit.map(|limit| limit.until), engine) {
            (Some(limit), Some(engine)) => Some(limit.min(engine)),
            (limit, engine) => limit.or(engine),
        };
        Self { until, served: None, alarm: None }
    }
}

impl<S> Drop for Waiter<'_, '_, S> {
    fn drop(&mut self) {
        if let Some(left) = self.leave(false) {
            self.rubbish.push(left);
            self.gate.relay();
        }
        crate::panics::drop_caught(std::mem::take(&mut self.rubbish));
    }
}
