//! How places and bundles are written.

/// Says where in a program's layers those of a library are: see [`mount`](mod@crate::mount).
///
/// `Left = domain.left: Ctx<Motor>, in App;` makes a type `Left`, which is a [`Mount`](crate::mount::Mount). Where the library has a
/// global layer or effects, it is said which those are: `with global.limits` for a nested context of the program's global layer,
/// `with global` for all of it, and so for `effects`, of which a part is a member. `All = domain: ..` is for a library that works on the
/// program's whole domain, but not with all of its effects: its processes have their own names then.
///
/// ```
/// use theus_core::prelude::*;
///
/// #[derive(Clone, Default, Context)]
/// struct Motor { speed: f64 }
/// #[derive(Clone, Default, Context)]
/// struct Limits { most: f64 }
/// struct Drive { factor: f64 }
///
/// #[process(inputs = [domain.speed, global.most], outputs = [domain.speed], effects = [factor])]
/// fn spin(ctx: Ctx<Motor, Limits, Drive>, by: f64) {
///     *ctx.domain.speed = (*ctx.domain.speed + by * *ctx.effects.factor).min(*ctx.global.most);
/// }
///
/// #[derive(Clone, Default, Context)]
/// struct Machine { #[context(nested)] motor: Motor }
/// #[derive(Clone, Default, Context)]
/// struct Plant { #[context(nested)] motors: Limits }
/// struct Ports { drive: Drive }
///
/// theus_core::mount! {
///     TheMotor = domain.motor: Ctx<Motor, Limits, Drive>, in Ctx<Machine, Plant, Ports>, with global.motors, effects.drive;
/// }
///
/// let engine = Engine::builder(Machine::default())
///     .global(Plant { motors: Limits { most: 5.0 } })
///     .effects(Ports { drive: Drive { factor: 2.0 } })
///     .process::<At<Spin, TheMotor>>()
///     .build()?;
/// engine.run(TheMotor::of(Spin { by: 2.0 }))?;
/// assert_eq!(*engine.snapshot()?.motor.speed, 4.0);
/// assert!(At::<Spin, TheMotor>::CONTRACT.reads("global.motors.most"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[macro_export]
macro_rules! mount {
    ($(
        $(#[$doc:meta])*
        $visibility:vis $name:ident = domain $(. $field:ident)* : $part:ty, in $program:ty
        $(, with $layer:ident $(. $member:ident)* $(, $other:ident $(. $inner:ident)*)?)?
        ;
    )+) => {$(
        $crate::__mount_one! {
            [$(#[$doc])*] [$visibility] $name [$($field)*] [$part] [$program] [] []
            $(, $layer $(. $member)* $(, $other $(. $inner)*)?)?
        }
    )+};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __mount_one {
    ([$($doc:tt)*] [$visibility:vis] $name:ident [$($field:ident)*] [$part:ty] [$program:ty] [] [$($effects:tt)*]
        , global $(. $global:ident)* $(, $($rest:tt)+)?) => {
        $crate::__mount_one! {
            [$($doc)*] [$visibility] $name [$($field)*] [$part] [$program] [global $($global)*] [$($effects)*] $(, $($rest)+)?
        }
    };
    ([$($doc:tt)*] [$visibility:vis] $name:ident [$($field:ident)*] [$part:ty] [$program:ty] [$($global:tt)*] []
        , effects $(. $member:ident)* $(, $($rest:tt)+)?) => {
        $crate::__mount_one! {
            [$($doc)*] [$visibility] $name [$($field)*] [$part] [$program] [$($global)*] [effects $($member)*] $(, $($rest)+)?
        }
    };
    ([$($doc:tt)*] [$visibility:vis] $name:ident [$($field:ident)*] [$part:ty] [$program:ty] [$($global:tt)*] [$($effects:tt)*]
        , $other:ident $($rest:tt)*) => {
        ::std::compile_error! { ::std::concat!(
            "after `with` come `global` and `effects`, each once, with the part of it that is the library's: \
             `with global.limits, effects.drive`; found `", ::std::stringify!($other), "`"
        ) }
    };
    ([$($doc:tt)*] [$visibility:vis] $name:ident [$($field:ident)*] [$part:ty] [$program:ty] [$($global:tt)*] [$($effects:tt)*]) => {
        $($doc)*
        $visibility enum $name {}
        $crate::__private::says! { place $visibility $name { [$($field)*] [$($global)*] } }
        const _: () = {
            impl $crate::mount::Mount for $name {
                type Domain = <$program as $crate::__private::ContextTypes>::Domain;
                type Global = <$program as $crate::__private::ContextTypes>::Global;
                type Effects = <$program as $crate::__private::ContextTypes>::Effects;
                type Part = <$part as $crate::__private::ContextTypes>::Domain;
                type PartOfGlobal = <$part as $crate::__private::ContextTypes>::Global;
                type PartOfEffects = <$part as $crate::__private::ContextTypes>::Effects;
                const DOMAIN: &'static str = ::std::concat!("domain" $(, ".", ::std::stringify!($field))*);
                const GLOBAL: &'static str = $crate::__mount_path!($($global)*);
                #[inline]
                fn part_mut(
                    domain: &mut <Self::Domain as $crate::Context>::Fields,
                ) -> &mut <Self::Part as $crate::Context>::Fields {
                    $crate::__private::part::<Self::Part, _>(&mut (*domain) $(.$field)*)
                }
                #[inline]
                fn part_of_global(
                    global: &<Self::Global as $crate::Context>::Fields,
                ) -> &<Self::PartOfGlobal as $crate::Context>::Fields {
                    $crate::__mount_part!(global $($global)*)
                }
                #[inline]
                fn part_of_effects(effects: &Self::Effects) -> &Self::PartOfEffects {
                    $crate::__mount_part!(effects $($effects)*)
                }
            }
        };
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __mount_path {
    () => { "global" };
    (global $($field:ident)*) => { ::std::concat!("global" $(, ".", ::std::stringify!($field))*) };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __mount_part {
    ($whole:ident) => {{ let _ = $whole; $crate::__private::NothingOf::nothing() }};
    ($whole:ident $layer:ident) => { $whole };
    ($whole:ident $layer:ident $($field:ident)+) => { &$whole $(.$field)+ };
}

/// Makes one name for processes of one context, under which [`EngineBuilder::processes`](crate::EngineBuilder::processes) registers all
/// of them: `bundle! { pub All = [Spin, Stop]; }`. A library's bundle is at its place in a program as `At<motor::All, Left>`: see
/// [`mount`](mod@crate::mount).
///
/// Where the processes have parameters that the program chooses, the bundle has them too, each with one bound at most:
/// `bundle! { pub All<P: Printer> = [Show<P>, Hide]; }` is registered as `.processes::<All<Console>>()`.
#[macro_export]
macro_rules! bundle {
    ($(
        $(#[$doc:meta])*
        $visibility:vis $name:ident $(< $($parameter:ident $(: $bound:path)?),+ $(,)? >)? = [$first:ty $(, $process:ty)* $(,)?];
    )+) => {$(
        $(#[$doc])*
        $visibility enum $name $(<$($parameter),+>)? {
            $(
                #[doc(hidden)]
                __Never(::std::convert::Infallible, $(::std::marker::PhantomData<fn() -> $parameter>),+),
            )?
        }
        $crate::__private::says! { bundle $visibility $name { [$first] $([$process])* } }
        const _: () = {
            impl $(<$($parameter: 'static $(+ $bound)?),+>)?
                $crate::mount::Bundle<
                    <$first as $crate::Process>::Domain,
                    <$first as $crate::Process>::Global,
                    <$first as $crate::Process>::Effects,
                > for $name $(<$($parameter),+>)?
            {
                fn register(
                    builder: $crate::EngineBuilder<
                        <$first as $crate::Process>::Domain,
                        <$first as $crate::Process>::Global,
                        <$first as $crate::Process>::Effects,
                    >,
                ) -> $crate::EngineBuilder<
                    <$first as $crate::Process>::Domain,
                    <$first as $crate::Process>::Global,
                    <$first as $crate::Process>::Effects,
                > {
                    builder.process::<$first>() $(.process::<$process>())*
                }
            }
            impl<$($($parameter: 'static $(+ $bound)?,)+)? __Place> $crate::__private::BundleAt<__Place>
                for $name $(<$($parameter),+>)?
            where
                __Place: $crate::mount::Mount<
                    Part = <$first as $crate::Process>::Domain,
                    PartOfGlobal = <$first as $crate::Process>::Global,
                    PartOfEffects = <$first as $crate::Process>::Effects,
                >,
            {
                fn register_at(
                    builder: $crate::EngineBuilder<__Place::Domain, __Place::Global, __Place::Effects>,
                ) -> $crate::EngineBuilder<__Place::Domain, __Place::Global, __Place::Effects> {
                    builder
                        .process::<$crate::mount::At<$first, __Place>>()
                        $(.process::<$crate::mount::At<$process, __Place>>())*
                }
            }
        };
    )+};
}
