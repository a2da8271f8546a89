//! How a crate ships a part of recipes, or of workflows.

/// Makes a constant of a part of recipes, or of workflows, that a crate ships with its processes, a [`Fragment`](crate::Fragment): files include it by its
/// name. `pub RULES = "motor" from "rules/motor.yaml";` is the file of that path beside the crate's `Cargo.toml`, called `motor`.
///
/// It is a recipe file that speaks of the library's own context, or a workflow file, as what stands in it says. The program hands it to its
/// engine, and to `files!`, and its files include it by the one name that it has. A recipe says where it is to hold:
///
/// ```
/// mod motor { // a crate of its own
///     use theus_core::prelude::*;
///
///     #[derive(Clone, Default, Context)]
///     pub struct Motor { pub speed: f64 }
///
///     #[process(updates = [domain.speed])]
///     pub fn spin(ctx: Ctx<Motor>, by: f64) { *ctx.domain.speed += by; }
///
///     // theus_core::fragment! { pub RULES = "motor" from "rules/motor.yaml"; }
/// #   pub const RULES: theus_core::Fragment = theus_core::Fragment::new("motor", "rules/motor.yaml", "
/// # limits: { fastest: 100 }
/// # process_recipes: { spin: { outputs: [ { field: domain.speed, max: limits.fastest, level: B } ] } }");
/// }
///
/// use motor::{Motor, Spin};
/// use theus_core::prelude::*;
///
/// #[derive(Clone, Default, Context)]
/// struct Machine { #[context(nested)] left: Motor, #[context(nested)] right: Motor }
///
/// theus_core::mount! {
///     Left = domain.left: Ctx<Motor>, in Ctx<Machine>;
///     Right = domain.right: Ctx<Motor>, in Ctx<Machine>;
/// }
///
/// // rules/motor.yaml:
/// //   limits: { fastest: 100 }
/// //   process_recipes: { spin: { outputs: [ { field: domain.speed, max: limits.fastest, level: B } ] } }
/// let recipe = "
/// include:
///   - motor: { at: domain.left }
///   - motor: { at: domain.right, limits: { fastest: 50 } }
/// ";
/// let engine = Engine::builder(Machine::default())
///     .process::<At<Spin, Left>>()
///     .process::<At<Spin, Right>>()
///     .fragments([motor::RULES])
///     .recipe("audit.yaml", recipe)?
///     .build()?;
/// assert!(engine.run(Left::of(Spin { by: 80.0 })).is_ok());
/// let refused = engine.run(Right::of(Spin { by: 80.0 })).unwrap_err().to_string();
/// assert!(refused.contains("`domain.right.speed max 50`") && refused.contains("[motor:3:"), "{refused}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// What a recipe says of `include`, and what of a fragment is moved to its place, is said [with the recipes](crate::audit#fragments); a state
/// of a workflow that includes one, [with the workflows](crate::workflow::file#parts-that-crates-ship).
#[macro_export]
macro_rules! fragment {
    ($(
        $(#[$doc:meta])*
        $visibility:vis $name:ident = $called:literal from $file:literal;
    )+) => {$(
        $(#[$doc])*
        $visibility const $name: $crate::Fragment = $crate::Fragment::new(
            $called,
            $file,
            ::core::include_str!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/", $file)),
        );
        $crate::__private::says! { fragment $visibility $name { $called $file } }
    )+};
    ($($other:tt)*) => {
        ::core::compile_error! { "a fragment is written `pub RULES = \"motor\" from \"rules/motor.yaml\";`: its constant, its name in files, and its file" }
    };
}
