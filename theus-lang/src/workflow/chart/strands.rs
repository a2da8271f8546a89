//! Which chains of a move run as one.

use super::definition::Definition;
use super::id::StateId;
use super::microstep::Leaving;
use super::plan::{Part, Strand};
use super::taken::Taken;
use super::tree::Kind;

type Chains = Box<[(StateId, Part, u32)]>;

impl Definition {
    /// The chains of a move in order, and the strands of which there is any: one for each transition, with what it leaves and
    /// enters, but for regions that are entered with their parallel state, which have one each.
    pub(super) fn strands_of(
        &self,
        exited: &[StateId],
        taken: &[Taken<'_>],
        leaving: &Leaving,
        entered: &[u32],
    ) -> (Chains, Box<[Strand]>) {
        let tree = &self.tree;
        let mut strands: Vec<Strand> = taken.iter().map(|way| Strand { state: way.source, within: None }).collect();
        // The whole is not entered with its regions: whoever hears of what leads to them is there already.
        if let Some(root) = tree.parallel_root() {
            let into_it =
                taken.iter().zip(&mut strands).filter(|(way, _)| !way.targets.is_empty() && way.domain == Some(root));
            into_it.for_each(|(_, strand)| strand.state = root);
        }
        let mut chains: Vec<(StateId, Part, usize)> = Vec::new();
        let mut add = |state, part, strand| {
            if !self.chain(state, part).is_empty() {
                chains.push((state, part, strand));
            }
        };
        let way_of = |number: u32| leaving.by(number).unwrap_or_default();
        for state in exited {
            add(*state, Part::Exit, tree.number(*state).map_or(0, way_of));
        }
        for (strand, way) in taken.iter().enumerate() {
            if let Some(place) = way.place {
                add(way.source, Part::Transition(place), strand);
            }
        }
        let mut strand_of: Vec<usize> = Vec::with_capacity(entered.len());
        for number in entered {
            let Some(state) = tree.state(*number) else { continue };
            let parent = tree.parent(state);
            let around = parent
                .and_then(|parent| entered.binary_search(&tree.number(parent)?).ok())
                .and_then(|place| strand_of.get(place).copied());
            let is_region_of_root = parent.is_some() && parent == tree.parallel_root();
            let strand = match around {
                None if is_region_of_root => {
                    strands.push(Strand { state, within: u32::try_from(way_of(*number)).ok() });
                    strands.len() - 1
                }
                None => way_of(*number),
                Some(around) if parent.is_some_and(|parent| tree.kind(parent) == Kind::Parallel) => {
                    strands.push(Strand { state, within: u32::try_from(around).ok() });
                    strands.len() - 1
                }
                Some(around) => around,
            };
            strands[strand].state = state;
            strand_of.push(strand);
            add(state, Part::Entry, strand);
        }
        keep_those_with_chains(&chains, &strands)
    }
}

/// A strand without a chain cannot fail, and nobody hears that it is done.
fn keep_those_with_chains(chains: &[(StateId, Part, usize)], strands: &[Strand]) -> (Chains, Box<[Strand]>) {
    let mut has_chain = vec![false; strands.len()];
    chains.iter().for_each(|(.., strand)| has_chain[*strand] = true);
    // The place of each among those that are kept; of one that is not, of the nearest that leads to it.
    let mut places: Vec<Option<u32>> = Vec::with_capacity(strands.len());
    let mut kept = Vec::new();
    for (strand, has_chain) in strands.iter().zip(has_chain) {
        let within = strand.within.and_then(|within| places.get(within as usize).copied().flatten());
        places.push(if has_chain { u32::try_from(kept.len()).ok() } else { within });
        if has_chain {
            kept.push(Strand { state: strand.state, within });
        }
    }
    let place = |strand: usize| places.get(strand).copied().flatten().unwrap_or_default();
    (chains.iter().map(|(state, part, strand)| (*state, *part, place(*strand))).collect(), kept.into())
}
