//! The sessions of a pool that a store keeps: opened when there is something for them, let go of when they have been at rest for
//! long.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use dashmap::Entry;

use super::error::SessionError;
use super::run_queue::Runnable;
use super::shared::SharedPool;
use super::slot::Slot;
use crate::context::Context;
use crate::engine::Engine;
use crate::panics::tell;
use crate::store::StoreError;
use crate::workflow::clock::Moment;
use crate::workflow::interpreter::{Environment, Interpreter, Options, Position};

/// How many sessions are listed at once.
const PAGE: usize = 256;
/// After so long it is tried again to open one whose timer is due.
const AGAIN: Duration = Duration::from_millis(500);

/// Opens a session when its time has come.
struct Sleeper<D: Context, G: Context, E> {
    name: Arc<str>,
    shared: Weak<SharedPool<D, G, E>>,
}

impl<D: Context, G: Context, E: Send + Sync + 'static> SharedPool<D, G, E> {
    /// A session that is here, or in the store.
    pub(super) fn reach(self: &Arc<Self>, name: &str) -> Result<Arc<Slot<D, G, E>>, SessionError> {
        self.find(name, false)
    }

    /// The same; one of the store that has no workflow is found where it `begins` with it now.
    fn find(self: &Arc<Self>, name: &str, begins: bool) -> Result<Arc<Slot<D, G, E>>, SessionError> {
        match self.slot(name) {
            Ok(slot) if self.engine.has_store() && !self.has(&slot)? => self.open_kept(name, begins),
            // Whether the store has it is not looked for any more: who asks is not told that there is none.
            Err(SessionError::Unknown { .. }) if self.engine.has_store() && self.is_closing() => {
                Err(SessionError::ShutDown)
            }
            Err(SessionError::Unknown { .. }) if self.engine.has_store() => self.open_kept(name, begins),
            found => found,
        }
    }

    /// A session of the store. One that has no workflow is not this pool's, unless it `begins` with it now.
    fn open_kept(self: &Arc<Self>, name: &str, begins: bool) -> Result<Arc<Slot<D, G, E>>, SessionError> {
        let unknown = || SessionError::Unknown { session: name.to_owned() };
        // The engine's own session has no workflow.
        if name == self.engine.session() {
            return Err(unknown());
        }
        let first = D::default_fields().map(|fields| D::from_fields(&fields));
        let first = first.ok_or_else(|| SessionError::NoDefault { session: name.to_owned() })?;
        let name: Arc<str> = name.into();
        let engine = self.engine.open_held(&name, first)?.ok_or_else(unknown)?;
        let slot = match self.sessions.entry(Arc::clone(&name)) {
            // Somebody was faster.
            Entry::Occupied(place) => return Ok(Arc::clone(place.get())),
            Entry::Vacant(place) => {
                let mut session = self.interpreter();
                match engine.workflow_in_store()? {
                    Some(found) => session.goes_on(&name, &found.position, &found.settled).map_err(Box::new)?,
                    None if begins => {}
                    None => return Err(unknown()),
                }
                engine.is_driven()?;
                // Whoever finds one that is over is told so, before its first step too.
                let is_over = session.is_over();
                let slot = self.slot_of(engine, &name, session);
                slot.is_over.store(is_over, Ordering::SeqCst);
                drop(place.insert(Arc::clone(&slot)));
                slot
            }
        };
        if slot.is_over.load(Ordering::Acquire) {
            slot.engine.end_session();
        }
        self.wakes_no_more(&name);
        self.joins(&slot);
        Runnable::wake(Arc::clone(&slot));
        Ok(slot)
    }

    /// A session of the store, or one that is new: whether it is.
    pub(super) fn open_or_begin(self: &Arc<Self>, name: &str, first: impl FnOnce() -> D) -> Result<bool, SessionError> {
        let find = || self.find(name, true);
        match find() {
            Ok(_) => return Ok(false),
            Err(SessionError::Unknown { .. }) => {}
            Err(error) => return Err(error),
        }
        match self.begin_kept(name, first(), None) {
            Ok(()) => Ok(true),
            // Somebody was faster.
            Err(SessionError::Exists { .. }) => find().map(|_| false),
            Err(error) => Err(error),
        }
    }

    /// A session that is new, in the store too.
    pub(super) fn begin_kept(
        self: &Arc<Self>,
        name: &str,
        domain: D,
        position: Option<&Position>,
    ) -> Result<(), SessionError> {
        let exists = || SessionError::Exists { session: name.to_owned() };
        if self.sessions.contains_key(name) {
            return Err(exists());
        }
        let name: Arc<str> = name.into();
        let mut session = self.interpreter();
        if let Some(position) = position {
            session.restore(position).map_err(Box::new)?;
        }
        // With its workflow, so that it goes on whatever happens.
        let begin = |engine: &Engine<D, G, E>| {
            engine.is_driven()?;
            session.save(&Environment::new(engine, &self.keeper))
        };
        let engine = self.engine.begin_kept(&name, domain, begin)?.ok_or_else(exists)?;
        if self.cold.leased_for.is_some() {
            // It is in the store, and anybody's: it is opened as any other.
            drop((engine, session));
            return match self.find(&name, false) {
                Ok(_) => Ok(()),
                // It has begun, and goes on by whoever has it; or by this program, when the store can be asked again.
                Err(SessionError::Store(error)) => {
                    tell(
                        || tracing::debug!(target: "theus::store", session = &*name, %error, "it has begun, and is not here"),
                    );
                    Ok(())
                }
                Err(error) => Err(error),
            };
        }
        // Who has found it in the store meanwhile has what was stored here.
        if let Entry::Vacant(place) = self.sessions.entry(Arc::clone(&name)) {
            let slot = self.slot_of(engine, &name, session);
            drop(place.insert(Arc::clone(&slot)));
            self.joins(&slot);
            Runnable::wake(slot);
        }
        Ok(())
    }

    fn interpreter(&self) -> Interpreter {
        let seed = self.seed ^ self.opened.load(Ordering::Relaxed) as u64;
        Interpreter::new(Arc::clone(&self.definition), Options { traced: self.traced, seed, is_kept: true })
    }

    fn slot_of(self: &Arc<Self>, engine: Engine<D, G, E>, name: &Arc<str>, session: Interpreter) -> Arc<Slot<D, G, E>> {
        if let Some(arrivals) = &self.arrivals {
            engine.bus().arrivals_by(Arc::clone(arrivals));
        }
        let number = self.opened.fetch_add(1, Ordering::Relaxed);
        Slot::new(engine, Arc::clone(name), session, self, number)
    }

    /// What was under way in the program before goes on, and what waits for a time is opened then.
    pub(super) fn open_under_way(self: &Arc<Self>) {
        if !self.engine.has_store() {
            return;
        }
        let mut last: Option<String> = None;
        loop {
            let page = match self.engine.stored_sessions(last.as_deref(), PAGE) {
                Ok(page) => page,
                Err(error) => {
                    tell(
                        || tracing::error!(target: "theus::store", %error, "what was under way could not be looked for"),
                    );
                    return;
                }
            };
            let Some(row) = page.last() else { return };
            last = Some(row.name.clone());
            for row in page {
                let is_own = row.name == self.engine.session();
                match (row.ready, row.due) {
                    (true, _) if !is_own => self.opens(&row.name.as_str().into()),
                    (false, Some(due)) if !is_own => self.sleeps(&row.name.as_str().into(), self.moment_of(due)),
                    _ => {}
                }
            }
        }
    }

    /// By this pool's clock.
    fn moment_of(&self, due: SystemTime) -> Option<Moment> {
        let now = self.keeper.now();
        let left = self.keeper.date(now).and_then(|date| due.duration_since(date).ok()).unwrap_or_default();
        now.checked_add(left)
    }

    /// Opens one by itself; later, where that is not possible now.
    pub(super) fn opens(self: &Arc<Self>, name: &Arc<str>) {
        match self.reach(name) {
            Ok(_) | Err(SessionError::Unknown { .. } | SessionError::ShutDown) => {}
            // Another program has it. Where that ends, it is found by who looks out.
            Err(SessionError::Store(StoreError::Leased { .. })) => {}
            Err(SessionError::Store(
                error @ (StoreError::Unavailable { .. } | StoreError::Io { .. } | StoreError::InDoubt { .. }),
            )) => {
                tell(|| tracing::warn!(target: "theus::store", session = &**name, %error, "it is opened later"));
                self.sleeps(name, self.keeper.now().checked_add(AGAIN));
            }
            Err(error) => {
                self.troubles.add_one(0);
                tell(|| tracing::error!(target: "theus::store", session = &**name, %error, "it does not go on"));
            }
        }
    }

    /// It is opened at this time.
    fn sleeps(self: &Arc<Self>, name: &Arc<str>, due: Option<Moment>) {
        let Some(due) = due else { return };
        let sleeper = Arc::new(Sleeper { name: Arc::clone(name), shared: Arc::downgrade(self) });
        let runnable: Weak<Sleeper<D, G, E>> = Arc::downgrade(&sleeper);
        // Where its time comes at once it finds the entry: the map is held until it is there.
        let entry = self.cold.sleeping.entry(Arc::clone(name));
        let before = match &entry {
            Entry::Occupied(place) => place.get().1,
            Entry::Vacant(_) => None,
        };
        let key = self.timer_queue.set(before, Some(due), &(runnable as Weak<dyn Runnable>));
        drop(entry.insert((sleeper as Arc<dyn Runnable>, key)));
    }

    fn wakes_no_more(&self, name: &str) {
        if let Some((_, (_, Some(key)))) = self.cold.sleeping.remove(name) {
            self.timer_queue.unset(key);
        }
    }

    /// One has come to rest: those that did longest ago make room.
    fn make_room(self: &Arc<Self>, slot: &Arc<Slot<D, G, E>>, due: Option<Moment>) {
        if self.cold.warm == usize::MAX {
            return;
        }
        let number = self.cold.rests.fetch_add(1, Ordering::Relaxed) + 1;
        self.cold.rested.insert(Arc::clone(&slot.name), number);
        let mut too_many = self.sessions.len().saturating_sub(self.cold.warm);
        let mut resting = self.cold.resting.lock();
        resting.push_back((Arc::downgrade(slot), number, due));
        let did_last = |slot: &Arc<Slot<D, G, E>>| self.cold.rested.get(&slot.name).map(|number| *number);
        if resting.len() > 64 + 2 * self.sessions.len() {
            resting.retain(|(slot, number, _)| slot.upgrade().is_some_and(|slot| did_last(&slot) == Some(*number)));
        }
        let mut going = Vec::new();
        while too_many > 0 {
            let Some((slot, number, due)) = resting.pop_front() else { break };
            let Some(slot) = slot.upgrade().filter(|slot| did_last(slot) == Some(number)) else { continue };
            going.push((slot, due));
            too_many -= 1;
        }
        drop(resting);
        for (slot, due) in going {
            if let Some(stays) = self.let_go_of(slot, due)
                && let Some(number) = did_last(&stays)
            {
                self.cold.resting.lock().push_back((Arc::downgrade(&stays), number, due));
            }
        }
    }

    /// It is in the store alone from now on; it comes back where somebody needs it here.
    fn let_go_of(self: &Arc<Self>, slot: Arc<Slot<D, G, E>>, due: Option<Moment>) -> Option<Arc<Slot<D, G, E>>> {
        if !slot.stage.retire() {
            // It has something to do, and comes to rest again.
            return None;
        }
        let name = Arc::clone(&slot.name);
        if !slot.is_stored_whole(self) {
            return slot.is_not_retired(self);
        }
        // Nobody can get at it while the map is held: who has it by then has counted.
        let gone = self.sessions.remove_if(&name, |_, there| {
            let nobody_has_it = Arc::ptr_eq(there, &slot) && Arc::strong_count(there) == 2 && !slot.engine.is_shared();
            nobody_has_it
                && slot.engine.bus().is_empty()
                && slot.inner.try_lock().is_some_and(|inner| inner.is_at_rest())
        });
        if gone.is_some() {
            if let Some(key) = slot.inner.lock().timer.take() {
                self.timer_queue.unset(key);
            }
            self.cold.rested.remove(&name);
            self.keys.forget(slot.home());
            self.sleeps(&name, due);
            // Its engine goes with it: the store has all of it.
            return None;
        }
        slot.is_not_retired(self)
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Slot<D, G, E> {
    /// Whether the store has where it has come to, and not only what it follows from: whoever asks for it next is told that.
    pub(super) fn is_stored_whole(&self, shared: &SharedPool<D, G, E>) -> bool {
        let Some(mut inner) = self.inner.try_lock() else { return false };
        let environment = Environment::new(&self.engine, &shared.keeper);
        if !inner.is_at_rest() {
            return false;
        }
        match inner.session.save_at_rest(&environment) {
            Ok(()) => true,
            Err(error) => {
                tell(
                    || tracing::warn!(target: "theus::store", session = &*self.name, %error, "it stays in memory for now"),
                );
                false
            }
        }
    }

    /// It stays: itself, unless it was woken meanwhile.
    fn is_not_retired(self: Arc<Self>, shared: &SharedPool<D, G, E>) -> Option<Arc<Self>> {
        if self.stage.give_back() {
            return Some(self);
        }
        shared.run_queue.begun();
        self.stage.put_back();
        self.queue();
        None
    }

    /// It has nothing to do until then.
    pub(super) fn is_at_rest(self: &Arc<Self>, due: Option<Moment>) {
        if self.engine.is_kept() && !self.is_closed() {
            self.shared.make_room(self, due);
        }
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Runnable for Sleeper<D, G, E> {
    fn go(self: Arc<Self>) {}

    fn wake(self: Arc<Self>) {
        let Some(shared) = self.shared.upgrade().filter(|shared| !shared.is_closing()) else { return };
        shared
            .cold
            .sleeping
            .remove_if(&self.name, |_, (there, _)| std::ptr::addr_eq(Arc::as_ptr(there), Arc::as_ptr(&self)));
        shared.opens(&self.name);
    }
}
