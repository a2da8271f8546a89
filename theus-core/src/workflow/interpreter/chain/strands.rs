//! What of a chain goes on without the rest: the strand under way, where it is a region's alone.

use std::collections::BTreeSet;

use super::Chain;
use crate::workflow::chart::{Configuration, Definition, StateId, Strand};

impl Chain {
    /// The region that what is under way is in, with all that comes of it; `None` where it concerns more than that.
    pub(in crate::workflow::interpreter) fn region(
        &self,
        definition: &Definition,
        at: &Configuration,
    ) -> Option<StateId> {
        let strands = self.strands_of_region();
        let under_way = self.state()?;
        let ran = self.parts.iter().filter(|(.., strand)| strands.contains(strand)).map(|(state, ..)| *state);
        let mut states: Vec<StateId> = std::iter::once(under_way).chain(ran).collect();
        for strand in &strands {
            // Who is anybody is in no region.
            states.push(self.heard_by(*strand)?);
        }
        let region = definition.region_of(at, states)?;
        // It is told when its chain is over that the region is, which may be the end of the whole.
        (!definition.is_done(at, region)).then_some(region)
    }

    /// Whether all of it is what [`take_region`](Self::take_region) takes.
    pub(in crate::workflow::interpreter) fn is_one_region(&self) -> bool {
        self.strands_of_region().len() == self.strands()
    }

    /// Takes out what is under way, with all that comes of it: the rest goes on with the next strand.
    pub(in crate::workflow::interpreter) fn take_region(&mut self, region: StateId, definition: &Definition) -> Self {
        let taken = self.strands_of_region();
        let rest: BTreeSet<u32> = (0..).take(self.strands()).filter(|strand| !taken.contains(strand)).collect();
        let mut of_region = Self::new(Vec::new(), None, Vec::new(), self.payload.clone());
        of_region.frames = std::mem::take(&mut self.frames);
        of_region.results = std::mem::take(&mut self.results);
        of_region.work = std::mem::replace(&mut self.work, super::Work::None);
        of_region.failure = self.failure.take();
        of_region.sagas.clone_from(&self.sagas);
        let is_within = |state: &StateId| definition.is_within(*state, region);
        (of_region.completes, self.completes) = std::mem::take(&mut self.completes).into_iter().partition(is_within);
        of_region.parts.clone_from(&self.parts);
        of_region.part = self.part;
        (of_region.heard_by, of_region.others) = (self.heard_by, self.others.clone());
        of_region.compensations.clone_from(&self.compensations);
        of_region.keep_strands(&taken);
        self.keep_strands(&rest);
        of_region
    }

    /// How many there are.
    fn strands(&self) -> usize {
        self.others.len() + 1
    }

    /// The strand under way and those that it leads to.
    fn strands_of_region(&self) -> BTreeSet<u32> {
        let mut strands = BTreeSet::from([self.strand()]);
        // Each comes after the one that leads to it.
        for (strand, other) in (1..).zip(&self.others) {
            if other.within.is_some_and(|within| strands.contains(&within)) {
                strands.insert(strand);
            }
        }
        strands
    }

    /// Only these are left of it, with new numbers. What had failed stays with the first.
    fn keep_strands(&mut self, kept: &BTreeSet<u32>) {
        let number = |strand: u32| {
            let before = kept.range(..strand).count();
            kept.contains(&strand).then(|| u32::try_from(before).unwrap_or(u32::MAX))
        };
        let part = self.parts.iter().take(self.part).filter(|(.., strand)| kept.contains(strand)).count();
        self.parts.retain_mut(|(.., strand)| number(*strand).map(|number| *strand = number).is_some());
        self.part = part;
        let heard: Vec<Strand> = kept
            .iter()
            .filter_map(|strand| {
                let within = strand.checked_sub(1).and_then(|other| self.others.get(other as usize)?.within);
                Some(Strand { state: self.heard_by(*strand)?, within: within.and_then(number) })
            })
            .collect();
        let mut heard = heard.into_iter();
        self.heard_by = heard.next().map(|strand| strand.state);
        self.others = heard.collect();
        self.compensations.retain_mut(|compensation| {
            number(compensation.strand).map(|number| compensation.strand = number).is_some()
        });
        self.gone = self.gone.iter().filter_map(|strand| number(*strand)).collect();
        self.failed.retain_mut(|failed| number(failed.strand).map(|number| failed.strand = number).is_some());
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::compensation::Compensation;
    use super::*;
    use crate::workflow::chart::Part;

    fn strand(state: u32, within: Option<u32>) -> Strand {
        Strand { state: StateId::new(state), within }
    }

    #[test]
    fn what_is_taken_and_what_is_left_are_chains_by_themselves() {
        let part = |state: u32, strand: u32| (StateId::new(state), Part::Entry, strand);
        // A state with two regions, one of which has two again.
        let parts = vec![part(1, 0), part(2, 1), part(3, 2), part(4, 3), part(5, 4)];
        let others = vec![strand(2, Some(0)), strand(3, Some(1)), strand(4, Some(1)), strand(5, Some(0))];
        let mut chain = Chain::new(parts, Some(StateId::new(1)), others, None);
        chain.part = 2;
        assert!(!chain.is_one_region());
        assert_eq!(chain.strands_of_region(), BTreeSet::from([2]));
        chain.part = 1;
        assert_eq!(chain.strands_of_region(), BTreeSet::from([1, 2, 3]));
        let (mut taken, mut left) = (Chain::new(Vec::new(), None, Vec::new(), None), chain);
        taken.parts.clone_from(&left.parts);
        taken.part = left.part;
        (taken.heard_by, taken.others) = (left.heard_by, left.others.clone());
        let compensations: Vec<Compensation> = Vec::new();
        taken.compensations.clone_from(&compensations);
        taken.keep_strands(&BTreeSet::from([1, 2, 3]));
        left.keep_strands(&BTreeSet::from([0, 4]));
        assert_eq!(taken.parts, [part(2, 0), part(3, 1), part(4, 2)]);
        assert_eq!((taken.part, taken.heard_by), (0, Some(StateId::new(2))));
        assert_eq!(taken.others, [strand(3, Some(0)), strand(4, Some(0))]);
        assert_eq!(left.parts, [part(1, 0), part(5, 1)]);
        assert_eq!((left.part, left.heard_by), (1, Some(StateId::new(1))));
        assert_eq!(left.others, [strand(5, Some(0))]);
        assert!(taken.is_one_region());
    }
}
