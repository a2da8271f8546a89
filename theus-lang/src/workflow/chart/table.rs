//! Moves made beforehand: for each leaf and event what it leads to, for sessions with one leaf.

use super::configuration::Leaves;
use super::definition::Definition;
use super::id::StateId;
use super::plan::Plan;
use super::taken::Taken;
use super::tree::Kind;
use super::triggers::Column;

/// How many cells and moves a table has at most. A definition that would need more has none: its moves are made when they are
/// asked for.
const MOST_CELLS: u32 = 1 << 18;
const MOST_MOVES: usize = 1 << 15;
/// How many states all of its moves leave and enter at most: one into a thousand regions is as large as a thousand.
const MOST_STATES: usize = 1 << 20;

/// By leaf and column the transitions that may be taken, in order, each with its move.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// The columns of a state, rounded up to a power of two: 2 to that. A shift is quicker than a product.
    shift: u32,
    /// By state and column, with one more at the end.
    cells: Box<[Cell]>,
    candidates: Box<[Candidate]>,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    /// Where its candidates begin; they end where those of the next begin.
    from: u32,
    /// The one leaf that it always leads to, beside it so that the next event need not wait for more; else [`NOWHERE`] or
    /// [`OPEN`].
    to: u32,
}

/// No transition takes it.
const NOWHERE: u32 = u32::MAX;
/// Guards, regions or history decide where it leads.
const OPEN: u32 = u32::MAX - 1;

/// What the table says of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decided {
    /// It leads to that one leaf, by the plan of that candidate.
    Leads {
        to: StateId,
        by: u32,
    },
    Nowhere,
    Open,
}

/// A transition that may be taken.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) source: StateId,
    pub(super) place: u32,
    pub(super) guarded: bool,
    /// Its move; `None` where that depends on history.
    pub(super) plan: Option<Plan>,
}

impl Table {
    pub(super) fn of(definition: &Definition) -> Self {
        Self::within(definition, MOST_CELLS, MOST_MOVES).unwrap_or_default()
    }

    fn within(definition: &Definition, most_cells: u32, most_moves: usize) -> Option<Self> {
        let (states, columns) = (definition.tree.len(), definition.triggers.columns());
        let stride = columns.checked_next_power_of_two()?;
        let count = states.checked_mul(stride).filter(|cells| *cells <= most_cells)?;
        let mut cells = Vec::with_capacity(count as usize + 1);
        let mut candidates: Vec<Candidate> = Vec::new();
        let mut room = MOST_STATES;
        for leaf in (0..states).map(StateId) {
            let alone = is_alone(definition, leaf);
            for column in 0..stride {
                let from = candidates.len();
                if alone && column < columns {
                    add(definition, leaf, column, &mut candidates, &mut room)?;
                }
                let to = match candidates.get(from) {
                    Some(first) => first.always_leads_to(),
                    None if alone => NOWHERE,
                    None => OPEN,
                };
                cells.push(Cell { from: u32::try_from(from).ok()?, to });
                if candidates.len() > most_moves {
                    return None;
                }
            }
        }
        cells.push(Cell { from: u32::try_from(candidates.len()).ok()?, to: OPEN });
        Some(Self { shift: stride.trailing_zeros(), cells: cells.into(), candidates: candidates.into() })
    }

    /// The caller knows that there is such a column.
    #[inline]
    fn place(&self, leaf: StateId, column: Column) -> usize {
        leaf.index() << self.shift | column as usize
    }

    #[inline]
    pub(super) fn decided(&self, leaf: StateId, column: Column) -> Decided {
        match self.cells.get(self.place(leaf, column)) {
            Some(Cell { to: NOWHERE, .. }) => Decided::Nowhere,
            Some(Cell { to: OPEN, .. }) | None => Decided::Open,
            Some(Cell { to, from }) => Decided::Leads { to: StateId(*to), by: *from },
        }
    }

    /// The plan of a candidate.
    #[inline]
    pub(super) fn plan(&self, candidate: u32) -> Option<&Plan> {
        self.candidates.get(candidate as usize)?.plan.as_ref()
    }

    /// The candidates, in order; `None` where the table does not say.
    pub(super) fn candidates(&self, leaf: StateId, column: Column) -> Option<&[Candidate]> {
        let cell = self.place(leaf, column);
        let [this, next] = *self.cells.get(cell..cell + 2)? else { return None };
        self.candidates.get(this.from as usize..next.from as usize)
    }
}

impl Candidate {
    fn always_leads_to(&self) -> u32 {
        match &self.plan {
            Some(Plan { leaves: Leaves::One(leaf), .. }) if !self.guarded => leaf.0,
            _ => OPEN,
        }
    }
}

/// Whether a session can be in this leaf and in no other beside it.
fn is_alone(definition: &Definition, leaf: StateId) -> bool {
    let tree = &definition.tree;
    let has_regions = |state: StateId| tree.kind(state) == Kind::Parallel && tree.children(state).len() > 1;
    tree.is_leaf(leaf) && !tree.around(leaf).any(has_regions)
}

/// `None` where there is no more room.
fn add(
    definition: &Definition,
    leaf: StateId,
    column: Column,
    candidates: &mut Vec<Candidate>,
    room: &mut usize,
) -> Option<()> {
    for source in std::iter::once(leaf).chain(definition.tree.around(leaf)) {
        for place in definition.triggers.of_state(source, column) {
            let taken = definition.taken(source, place);
            let guarded = definition.way(source, place).is_some_and(|way| way.guard.is_some());
            let plan = if is_remembered(definition, leaf, &taken) {
                None
            } else {
                let outcome = definition.microstep(&[leaf], &None, &[taken]);
                (!outcome.historic).then_some(outcome.plan)
            };
            *room = room.checked_sub(plan.as_ref().map_or(1, |plan| 1 + plan.exited.len() + plan.entered.len()))?;
            candidates.push(Candidate { source, place, guarded, plan });
            if !guarded {
                return Some(());
            }
        }
    }
    Some(())
}

/// Whether what a transition leaves is remembered by a history, so that its move depends on the session.
fn is_remembered(definition: &Definition, leaf: StateId, taken: &Taken<'_>) -> bool {
    let tree = &definition.tree;
    let left = taken.leaves(tree);
    let is_left = |state: &StateId| tree.number(*state).is_some_and(|number| left.contains(&number));
    let mut all = std::iter::once(leaf).chain(tree.around(leaf)).filter(is_left);
    all.any(|state| !tree.histories(state).is_empty())
}

#[cfg(test)]
impl Definition {
    /// The same without a table: every move is made when it is asked for.
    pub(super) fn without_table(mut self) -> Self {
        self.table = Table::default();
        self
    }
}
