//! Whether a process fits an engine: a trait for each layer, so that the one that does not is told by its name.

use super::traits::Process;

/// A process that works on a domain of the type `D`.
///
/// Nobody implements it by hand; an engine asks for it, so that a process of another one is told in its own words.
#[diagnostic::on_unimplemented(
    message = "`{Self}` works on another domain than this engine, whose domain is `{D}`",
    label = "its context names another domain",
    note = "the domain of an engine is the value that it is built with: `Engine::builder(domain)`; the domain of a process is the first type of its `Ctx<..>`"
)]
pub trait OnDomain<D>: Process<Domain = D> {}
#[diagnostic::do_not_recommend]
impl<D, P: Process<Domain = D>> OnDomain<D> for P {}

/// A process that reads a global layer of the type `G`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` reads another global layer than this engine has, which is `{G}`",
    label = "its context names another global layer",
    note = "give the layer to the builder before the processes: `Engine::builder(domain).global(limits).process::<..>()`; without `.global(..)` it is `()`"
)]
pub trait OnGlobal<G>: Process<Global = G> {}
#[diagnostic::do_not_recommend]
impl<G, P: Process<Global = G>> OnGlobal<G> for P {}

/// A process whose effects are members of `E`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` uses other effects than this engine has, which are `{E}`",
    label = "its context names other effects",
    note = "give the handles to the builder before the processes: `Engine::builder(domain).effects(ports).process::<..>()`; without `.effects(..)` they are `()`"
)]
pub trait WithEffects<E>: Process<Effects = E> {}
#[diagnostic::do_not_recommend]
impl<E, P: Process<Effects = E>> WithEffects<E> for P {}
