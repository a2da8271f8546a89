//! The placeholder in a process's signature, which the macro replaces by the process's own guard.

use std::marker::PhantomData;

use super::effects::EffectHandles;
use super::fields::Context;

/// Names the types that a process works on: `Ctx<Domain, Global = (), Effects = ()>`.
///
/// It is never built: `#[process]` puts the process's own guard in its place, whose members are the declared paths and
/// nothing else. An alias serves as well:
///
/// ```
/// use theus_core::prelude::*;
///
/// #[derive(Clone, Default, Context)]
/// struct Bank { total: i64 }
/// #[derive(Clone, Default, Context)]
/// struct Limits { most: i64 }
/// type App = Ctx<Bank, Limits>;
///
/// #[process(inputs = [global.most], outputs = [domain.total])]
/// fn fill_up(ctx: App) {
///     let most = *ctx.global.most;
///     ctx.domain.total.set(most);
/// }
/// ```
#[derive(Debug)]
pub struct Ctx<Domain, Global = (), Effects = ()> {
    types: PhantomData<Types<Domain, Global, Effects>>,
}

/// Owns none of the three.
type Types<Domain, Global, Effects> = fn() -> (Domain, Global, Effects);

/// Implemented by [`Ctx`] alone: how generated code takes its types apart, aliases included.
#[diagnostic::on_unimplemented(
    message = "the first parameter of a process is its context, not `{Self}`",
    label = "expected `Ctx<Domain, Global, Effects>`",
    note = "write `ctx: Ctx<YourDomain>`, or a type alias of it, as the first parameter"
)]
pub trait ContextTypes {
    /// The domain layer.
    type Domain: Context;
    /// The global layer.
    type Global: Context;
    /// The handles to the world outside.
    type Effects: EffectHandles;
    /// The cells of the domain.
    #[doc(hidden)]
    type DomainFields;
    /// The cells of the global layer.
    #[doc(hidden)]
    type GlobalFields;
}

impl<Domain: Context, Global: Context, Effects: EffectHandles> ContextTypes for Ctx<Domain, Global, Effects> {
    type Domain = Domain;
    type Global = Global;
    type Effects = Effects;
    type DomainFields = Domain::Fields;
    type GlobalFields = Global::Fields;
}
