//! Moves made beforehand: for each leaf and event what it leads to, for sessions with one leaf.

use super::configuration::Leaves;
use super::definition::Definition;
use super::moves::Plan;
use super::state::StateId;
use super::tree::Kind;
use super::triggers::Column;

/// How many cells and moves a table has at most. A definition that would need more has none: its moves are made when they are
/// asked for.
const MOST_CELLS: u32 = 1 << 18;
const MOST_MOVES: usize = 1 << 15;

/// By leaf and column the transitions that may be taken, in order, each with its move.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    columns: u32,
    /// By state and column, with one more at the end.
    cells: Box<[Cell]>,
    candidates: Box<[Candidate]>,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    /// Where its candidates begin; they end where those of the next begin.
    from: u32,
    /// The one leaf that it always leads to, beside it so that the next event need not wait for more; else [`NOT_ONE`].
    to: u32,
}

/// Guards, regions or history decide where it leads, or it leads nowhere.
const NOT_ONE: u32 = u32::MAX;

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
        let count = states.checked_mul(columns).filter(|cells| *cells <= most_cells)?;
        let mut cells = Vec::with_capacity(count as usize + 1);
        let mut candidates: Vec<Candidate> = Vec::new();
        for leaf in (0..states).map(StateId) {
            let alone = is_alone(definition, leaf);
            for column in 0..columns {
                let from = candidates.len();
                if alone {
                    add(definition, leaf, column, &mut candidates);
                }
                let to = candidates.get(from).map_or(NOT_ONE, Candidate::always_leads_to);
                cells.push(Cell { from: u32::try_from(from).ok()?, to });
                if candidates.len() > most_moves {
                    return None;
                }
            }
        }
        cells.push(Cell { from: u32::try_from(candidates.len()).ok()?, to: NOT_ONE });
        Some(Self { columns, cells: cells.into(), candidates: candidates.into() })
    }

    #[inline]
    fn place(&self, leaf: StateId, column: Column) -> usize {
        leaf.index() * self.columns as usize + column as usize
    }

    /// The one leaf that it leads to in any case, and how.
    #[inline]
    pub(super) fn quick(&self, leaf: StateId, column: Column) -> Option<(StateId, &Plan)> {
        let cell = self.cells.get(self.place(leaf, column)).filter(|cell| cell.to != NOT_ONE)?;
        Some((StateId(cell.to), self.candidates.get(cell.from as usize)?.plan.as_ref()?))
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
            _ => NOT_ONE,
        }
    }
}

/// Whether a session can be in this leaf and in no other beside it.
fn is_alone(definition: &Definition, leaf: StateId) -> bool {
    let tree = &definition.tree;
    let has_regions = |state: StateId| tree.kind(state) == Kind::Parallel && tree.children(state).len() > 1;
    tree.is_leaf(leaf) && !tree.around(leaf).any(has_regions)
}

fn add(definition: &Definition, leaf: StateId, column: Column, candidates: &mut Vec<Candidate>) {
    for source in std::iter::once(leaf).chain(definition.tree.around(leaf)) {
        for place in definition.triggers.of_state(source, column) {
            let outcome = definition.microstep(&[leaf], &None, &[definition.taken(source, place)]);
            let guarded = definition.way(source, place).is_some_and(|way| way.guard.is_some());
            let plan = (!outcome.historic).then_some(outcome.plan);
            candidates.push(Candidate { source, place, guarded, plan });
            if !guarded {
                return;
            }
        }
    }
}

#[cfg(test)]
impl Definition {
    /// The same without a table: every move is made when it is asked for.
    pub(super) fn without_table(mut self) -> Self {
        self.table = Table::default();
        self
    }
}
