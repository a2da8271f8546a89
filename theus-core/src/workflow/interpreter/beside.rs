//! What goes on beside the session's own chain, its events and its timers: work that states have invoked, and the chains of regions that
//! have to wait.

pub(super) mod stored;

use super::chain::Chain;
use super::unit::Unit;
use crate::signal::Payload;
use crate::workflow::chart::StateId;

/// What a state has invoked and is not over, or the chain of a region.
pub(super) struct Invocation {
    /// The state; the region, where it is the chain of one.
    pub(super) state: StateId,
    /// Its place among those of the state.
    pub(super) place: u32,
    /// Whether it is the chain of a region, which is busy for so long.
    pub(super) is_region: bool,
    /// By which its commits are told from those of others: 0 is what the session's own chain begins with.
    pub(super) slot: u32,
    /// Whether it has begun: what came of entering its state was done.
    pub(super) has_begun: bool,
    /// Whether its state was left: it is made good, and the move waits for that.
    pub(super) is_left: bool,
    /// Whether a step of it has committed in an earlier life: that comes before everything else, for what makes it good must be known.
    pub(super) has_settled: bool,
    /// None while it is in the hands of who goes on with it.
    pub(super) chain: Option<Box<Chain>>,
    /// What its runs have come to.
    pub(super) unit: Option<Unit>,
    /// How many rounds of `while` it has made since it has waited last.
    pub(super) spent: u32,
    /// What its end brings along, when it has come to that.
    pub(super) result: Option<Payload>,
    /// Whether it has waited for anything: then time has gone by since its state was entered.
    pub(super) has_waited: bool,
}

impl Invocation {
    /// Whether nothing of it is running: it can be held up here.
    pub(super) fn is_between_steps(&self) -> bool {
        self.chain.as_ref().is_none_or(|chain| chain.is_between_steps())
    }
}

/// All that goes on beside.
#[derive(Default)]
pub(super) struct Beside {
    /// In the order in which their states were entered.
    pub(super) all: Vec<Invocation>,
    /// The one whose turn it is first.
    pub(super) next: usize,
    /// Whether an event was taken since one of them has gone on: it is their turn.
    pub(super) is_due: bool,
    /// Whether it goes on from a position, and nobody has looked yet whether the states are where they were.
    pub(super) is_restored: bool,
    /// The slot of the one that is gone on with.
    pub(super) in_hand: Option<u32>,
    /// The slot of the session's own chain: another than 0 where a chain that had that goes on here.
    pub(super) own: u32,
    /// What the session's own chain has come to, meanwhile.
    pub(super) aside: Option<Unit>,
    /// And how much has come of the last event there.
    pub(super) spent: u32,
}

impl Beside {
    /// A slot that none of them has, nor the session's own chain.
    pub(super) fn free_slot(&self) -> u32 {
        let is_free = |slot: &u32| *slot != self.own && self.all.iter().all(|invocation| invocation.slot != *slot);
        (1..).find(is_free).unwrap_or(u32::MAX)
    }

    /// The session's own chain has come here with its slot: the next has another.
    pub(super) fn renews_own_slot(&mut self) {
        let is_free = |slot: &u32| self.all.iter().all(|invocation| invocation.slot != *slot);
        self.own = (0..).find(is_free).unwrap_or(u32::MAX);
    }

    /// The regions whose chains are under way here.
    pub(super) fn busy(&self) -> impl Iterator<Item = StateId> + '_ {
        self.all
            .iter()
            .filter(|invocation| invocation.is_region && !invocation.is_left)
            .map(|invocation| invocation.state)
    }

    /// The last one whose state was left: what was committed last is made good first.
    pub(super) fn left(&self) -> Option<usize> {
        self.all.iter().rposition(|invocation| invocation.is_left)
    }

    /// The chain of a slot, a step of which has committed.
    #[cfg(feature = "store")]
    pub(super) fn settled(&mut self, slot: u32) -> Option<&mut Chain> {
        let found = self.all.iter_mut().find(|invocation| invocation.slot == slot)?;
        found.has_settled = true;
        found.chain.as_deref_mut()
    }
}

/// How much of a number is the place within a step of several side by side; what is above is the slot.
const BITS: u32 = 16;

/// The number of the first run of a step, which its commit has in a store and its effects have in their keys.
pub(super) const fn first_branch(slot: u32) -> u32 {
    slot << BITS
}

/// Whether it is a slot of what was invoked, whose runs have numbers of their own.
pub(super) const fn is_slot(slot: u32) -> bool {
    slot > 0 && slot < 1 << (u32::BITS - BITS)
}

/// The slot of such a number, and the place within the step.
#[cfg(feature = "store")]
pub(super) const fn of_branch(branch: u32) -> (u32, u32) {
    (branch >> BITS, branch & ((1 << BITS) - 1))
}
