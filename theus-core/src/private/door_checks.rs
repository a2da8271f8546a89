//! Whether a function that a pure body calls is one of the standard library's doors to the world.
//!
//! A body names a function by a path that a macro cannot resolve: `read` may be `std::fs::read` or one of the user's own. So
//! generated code asks rustc, by the type that each function has to itself: it hands over the function that the body calls
//! together with the one of the standard library. Where they are the same the first `impl` answers, which is refused; where
//! they are not, a trait does, and the function is given back as it came.

use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use crate::context::zone::ZoneType;
use crate::transaction::{Input, Update};

/// A function `F` and a door `G`, whose arguments are `A` as far as its type leaves them open.
#[derive(Debug)]
pub struct Asked<F, G, A> {
    function: F,
    door: PhantomData<(G, A)>,
}

impl<F, G, A> Asked<F, G, A> {
    const fn new(function: F) -> Self {
        Self { function, door: PhantomData }
    }
}

/// A door that is one function.
#[inline]
pub fn door<F, G>(function: F, _: G) -> Asked<F, G, ()> {
    Asked::new(function)
}

/// A door that is a function for each type of its argument.
#[inline]
pub fn door_of_one<F, G: Fn(A) -> R, A, R>(function: F, _: G) -> Asked<F, G, (A,)> {
    Asked::new(function)
}

/// A door that is a function for each type of its two arguments.
#[inline]
pub fn door_of_two<F, G: Fn(A, B) -> R, A, B, R>(function: F, _: G) -> Asked<F, G, (A, B)> {
    Asked::new(function)
}

/// A door that is a function for each type of its first argument.
#[inline]
pub fn door_of_first<F, G: Fn(A, B) -> R, A, B, R>(function: F, _: G) -> Asked<F, G, (A,)> {
    Asked::new(function)
}

/// A door that is a function for each closure.
#[inline]
pub fn door_of_closure<F, G: Fn(A) -> R, A, R>(function: F, _: G) -> Asked<F, G, Closure<A>> {
    Asked::new(function)
}

/// The argument of a door that takes a closure.
#[derive(Debug)]
pub struct Closure<A>(PhantomData<A>);

/// What a method is called on.
#[derive(Debug)]
pub struct Receiver<T>(pub T);

/// A process without effects.
#[derive(Debug)]
pub struct Pure<'a>(PhantomData<&'a ()>);

/// The words of the error for each kind of door: a trait that a pure process does not implement.
macro_rules! effects {
    ($($effect:ident: $trait:ident, $message:literal, $label:literal, $note:literal;)*) => {
        $(
            /// Implemented by nothing: the words of the error.
            #[diagnostic::on_unimplemented(message = $message, label = $label, note = $note)]
            pub trait $trait {}
        )*

        impl<F, A> Asked<F, F, A> {
            $(
                /// It is that door.
                #[inline]
                pub fn $effect<'m>(self) -> F
                where
                    Pure<'m>: $trait,
                {
                    self.function
                }
            )*
        }

        /// Answers for every other function.
        pub trait AnotherFunction: Sized {
            /// That function.
            type Function;
            /// The same.
            fn function(self) -> Self::Function;
            $(
                /// It is none of the doors.
                #[inline]
                fn $effect(self) -> Self::Function {
                    self.function()
                }
            )*
        }

        /// Answers for every other receiver.
        pub trait AnotherReceiver: Sized {
            /// That receiver.
            type Value;
            /// The same.
            fn value(self) -> Self::Value;
            $(
                /// Its method is none of the doors.
                #[inline]
                fn $effect(self) -> Self::Value {
                    self.value()
                }
            )*
        }
    };
}

effects! {
    files: DeclaresFiles,
        "this reaches the file system, and this process is pure: it may be run again",
        "no effect is declared for it",
        "declare an effect (`effects = [files]`) and go through `ctx.effects.files`, or pass the value as an argument";
    network: DeclaresNetwork,
        "this reaches the network, and this process is pure: it may be run again",
        "no effect is declared for it",
        "declare an effect (`effects = [network]`) and go through `ctx.effects.network`, or pass the value as an argument";
    environment: DeclaresEnvironment,
        "this reaches the environment, and this process is pure: it may be run again",
        "no effect is declared for it",
        "declare an effect (`effects = [environment]`) and go through `ctx.effects.environment`, or pass the value as an argument";
    system: DeclaresSystem,
        "this reaches the operating system's processes, and this process is pure: it may be run again",
        "no effect is declared for it",
        "declare an effect (`effects = [system]`) and go through `ctx.effects.system`, or pass the value as an argument";
    clock: DeclaresClock,
        "this reaches the clock, and this process is pure: it may be run again",
        "no effect is declared for it",
        "declare an effect (`effects = [clock]`) and go through `ctx.effects.clock`, or pass the value as an argument";
    workers: DeclaresWorkers,
        "this reaches threads, and this process is pure: it may be run again",
        "no effect is declared for it",
        "declare an effect (`effects = [workers]`) and go through `ctx.effects.workers`, or pass the value as an argument";
    terminal: DeclaresTerminal,
        "this reaches the terminal, and this process is pure: it may be run again",
        "no effect is declared for it",
        "declare an effect (`effects = [terminal]`) and go through `ctx.effects.terminal`, or pass the value as an argument";
    random: DeclaresRandom,
        "this reaches chance, and this process is pure: it may be run again",
        "no effect is declared for it",
        "declare an effect (`effects = [random]`) and go through `ctx.effects.random`, or pass the value as an argument";
}

/// What the type of a door's argument is taken for where the function is another one: it must be some type.
macro_rules! another {
    ($($arguments:ty),*) => {$(
        impl<F, G> AnotherFunction for Asked<F, G, $arguments> {
            type Function = F;
            #[inline]
            fn function(self) -> F {
                self.function
            }
        }
    )*};
}

another!((), (&'static str,), (&'static str, &'static str), Closure<fn()>);

impl<T> AnotherReceiver for Receiver<T> {
    type Value = T;
    #[inline]
    fn value(self) -> T {
        self.0
    }
}

/// Types with methods that are doors to the file system.
pub trait ReachesFiles {}
impl ReachesFiles for Path {}
impl ReachesFiles for PathBuf {}

/// Types with methods that are doors to the clock.
pub trait ReachesClock {}
impl ReachesClock for Instant {}
impl ReachesClock for SystemTime {}

/// Types with methods that are doors to the network.
pub trait ReachesNetwork {}
impl<T: std::net::ToSocketAddrs + ?Sized> ReachesNetwork for T {}
impl<T: std::net::ToSocketAddrs, P> ReachesNetwork for &Input<'_, T, P> {}
impl<T: std::net::ToSocketAddrs, Z: ZoneType> ReachesNetwork for &Update<'_, T, Z> {}

/// What dereferences to such a type has its methods.
macro_rules! through {
    ($($trait:ident),*) => {$(
        impl<T: $trait + ?Sized> $trait for &T {}
        impl<T: $trait + ?Sized> $trait for &mut T {}
        impl<T: $trait + ?Sized> $trait for Box<T> {}
        impl<T: $trait + ?Sized> $trait for Arc<T> {}
        impl<T: $trait, P> $trait for Input<'_, T, P> {}
        impl<T: $trait, Z: ZoneType> $trait for Update<'_, T, Z> {}
    )*};
}

through!(ReachesFiles, ReachesClock);

macro_rules! receivers {
    ($($effect:ident: $reaches:ident, $declares:ident;)*) => {$(
        impl<T: $reaches> Receiver<T> {
            /// Its method is that door.
            #[inline]
            pub fn $effect<'m>(self) -> T
            where
                Pure<'m>: $declares,
            {
                self.0
            }
        }
    )*};
}

receivers! {
    files: ReachesFiles, DeclaresFiles;
    clock: ReachesClock, DeclaresClock;
    network: ReachesNetwork, DeclaresNetwork;
}
