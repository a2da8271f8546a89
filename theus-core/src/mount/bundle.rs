//! Processes that are registered together.

use super::at::At;
use super::place::Mount;
use crate::context::Context;
use crate::engine::EngineBuilder;

/// Processes that go together: [`EngineBuilder::processes`] registers all of them. [`bundle!`](crate::bundle!) makes it of a list; bundles
/// in a tuple are one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no bundle of processes for this engine",
    label = "expected what `bundle!` makes, at its place where its processes work on a part of the domain",
    note = "`.processes::<motor::All>()` for processes of this domain, `.processes::<At<motor::All, Left>>()` for those of a part of it"
)]
pub trait Bundle<D: Context, G: Context, E> {
    /// Registers them.
    #[doc(hidden)]
    fn register(builder: EngineBuilder<D, G, E>) -> EngineBuilder<D, G, E>;
}

/// A bundle of a library, wherever it is mounted.
#[doc(hidden)]
pub trait BundleAt<M: Mount> {
    /// Registers them.
    fn register_at(
        builder: EngineBuilder<M::Domain, M::Global, M::Effects>,
    ) -> EngineBuilder<M::Domain, M::Global, M::Effects>;
}

impl<B: BundleAt<M>, M: Mount> Bundle<M::Domain, M::Global, M::Effects> for At<B, M> {
    fn register(
        builder: EngineBuilder<M::Domain, M::Global, M::Effects>,
    ) -> EngineBuilder<M::Domain, M::Global, M::Effects> {
        B::register_at(builder)
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> EngineBuilder<D, G, E> {
    /// Registers all processes of a bundle, as [`process`](Self::process) does one by one: see [`bundle!`](crate::bundle!).
    pub fn processes<B: Bundle<D, G, E>>(self) -> Self {
        B::register(self)
    }
}

macro_rules! tuple {
    ($($bundle:ident)+) => {
        impl<D: Context, G: Context, E, $($bundle: Bundle<D, G, E>),+> Bundle<D, G, E> for ($($bundle,)+) {
            fn register(builder: EngineBuilder<D, G, E>) -> EngineBuilder<D, G, E> {
                $(let builder = $bundle::register(builder);)+
                builder
            }
        }
    };
}
tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C F);
tuple!(A B C F H);
tuple!(A B C F H I);
