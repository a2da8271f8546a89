//! What an evaluation carries along: the elements of the macros under way, and how much it may still do.

use super::{Operand, Problem};
use crate::condition::bounds::{MOST_STEPS, TEXT};

pub(in crate::condition) struct Work<'a> {
    /// What the macros' variables stand for, outermost first.
    variables: Vec<Operand<'a>>,
    left: usize,
    is_spent: bool,
}

impl<'a> Work<'a> {
    pub(in crate::condition) const fn of(steps: usize) -> Self {
        Self { variables: Vec::new(), left: steps, is_spent: false }
    }

    /// Whether there was more to do than is allowed.
    pub(in crate::condition) const fn is_spent(&self) -> bool {
        self.is_spent
    }

    /// Counts so many steps.
    #[inline]
    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Problem> {
        match self.left.checked_sub(steps) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                (self.left, self.is_spent) = (0, true);
                Err(Problem::Owned(format!("it takes more than {MOST_STEPS} steps")))
            }
        }
    }

    /// How many steps are left.
    #[inline]
    pub(super) const fn left(&self) -> usize {
        self.left
    }

    /// Counts one step, of those that are left.
    #[inline]
    pub(super) const fn step(&mut self) {
        self.left = self.left.saturating_sub(1);
    }

    /// Counts the steps of looking through a text; a short one is none.
    pub(super) fn read(&mut self, bytes: usize) -> Result<(), Problem> {
        if bytes < TEXT { Ok(()) } else { self.spend(bytes / TEXT) }
    }

    pub(super) fn variable(&self, slot: usize) -> Operand<'a> {
        self.variables.get(slot).cloned().unwrap_or(Operand::Null)
    }

    /// All of them, outermost first.
    #[inline]
    pub(super) fn variables(&self) -> &[Operand<'a>] {
        &self.variables
    }

    /// Does something with an element of a list, which is a step.
    pub(super) fn with<T>(
        &mut self,
        element: Operand<'a>,
        then: impl FnOnce(&mut Self) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        self.spend(1)?;
        self.variables.push(element);
        let outcome = then(self);
        self.variables.pop();
        outcome
    }
}
