//! Where a library's part is in a program.

use super::at::At;
use crate::context::{Context, EffectHandles};
use crate::process::Process;

/// Where a part of the domain is on which a library's processes work; [`mount!`](crate::mount) makes it.
///
/// The library sees its own context alone: its part of the domain, of the global layer and of the effects.
pub trait Mount: Sized + 'static {
    /// The domain of the program.
    type Domain: Context;
    /// The global layer of the program.
    type Global: Context;
    /// The effects of the program.
    type Effects: EffectHandles;
    /// The domain of the library, which is a nested context of the program's.
    type Part: Context;
    /// The global layer of the library: the program's, a nested context of it, or none.
    type PartOfGlobal: Context;
    /// The effects of the library: the program's, a member of them, or none.
    type PartOfEffects: EffectHandles;

    /// Where the library's domain is: `domain.left`.
    const DOMAIN: &'static str;
    /// Where its global layer is.
    const GLOBAL: &'static str;

    /// A command of the library, for this part of the program: see [`At`].
    fn of<P>(command: P) -> At<P, Self>
    where
        P: Process<Domain = Self::Part, Global = Self::PartOfGlobal, Effects = Self::PartOfEffects>,
    {
        At::new(command)
    }

    /// The cells of the part.
    #[doc(hidden)]
    fn part_mut(domain: &mut <Self::Domain as Context>::Fields) -> &mut <Self::Part as Context>::Fields;
    /// The cells of its global layer.
    #[doc(hidden)]
    fn part_of_global(global: &<Self::Global as Context>::Fields) -> &<Self::PartOfGlobal as Context>::Fields;
    /// Its effects.
    #[doc(hidden)]
    fn part_of_effects(effects: &Self::Effects) -> &Self::PartOfEffects;
}
