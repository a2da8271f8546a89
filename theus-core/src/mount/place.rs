//! Where a library's part is in a program.

use super::at::At;
use crate::context::{Context, EffectHandles};
use crate::process::Process;

/// Where a part of the domain is on which a library's processes work; [`mount!`](crate::mount!) makes it.
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
    fn of<P: ProcessOf<Self>>(command: P) -> At<P, Self> {
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

/// A process of the library whose part this is. Nobody implements it by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no process of what is mounted at `{M}`",
    label = "its context names another domain, global layer or effects",
    note = "the types of its `Ctx<..>` are those that `mount!` has after the colon"
)]
pub trait ProcessOf<M: Mount>: Process<Domain = M::Part, Global = M::PartOfGlobal, Effects = M::PartOfEffects> {}
#[diagnostic::do_not_recommend]
impl<M, P> ProcessOf<M> for P
where
    M: Mount,
    P: Process<Domain = M::Part, Global = M::PartOfGlobal, Effects = M::PartOfEffects>,
{
}

/// The cells of a nested context.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "what is mounted is no nested context `{C}`",
    label = "this path leads to something else",
    note = "`mount!` has the path of a field that is `#[context(nested)]` and of the library's context: `Left = domain.left: Ctx<Motor>, in App;`"
)]
pub trait PartOf<C: Context> {
    /// The same.
    fn as_part(&mut self) -> &mut C::Fields;
}
#[diagnostic::do_not_recommend]
impl<C: Context<Fields = F>, F> PartOf<C> for F {
    #[inline]
    fn as_part(&mut self) -> &mut F {
        self
    }
}

/// What a library needs nothing of.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the library has a global layer or effects, `{Self}`, and `mount!` does not say where they are in the program",
    label = "nothing is said of `{Self}`",
    note = "say it at the end: `Left = domain.left: Ctx<Motor, Limits, Drive>, in App, with global.limits, effects.drive;`"
)]
pub trait Nothing: 'static {
    /// It.
    fn nothing() -> &'static Self;
}
impl Nothing for () {
    fn nothing() -> &'static Self {
        &()
    }
}

/// A part of a context, which is one.
#[doc(hidden)]
#[inline]
pub fn part<C: Context, F: PartOf<C>>(fields: &mut F) -> &mut C::Fields {
    fields.as_part()
}
