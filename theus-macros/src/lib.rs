//! The macros of Theus: `#[process]`, `#[derive(Context)]` and `#[derive(Inspect)]`.
//!
//! # Which macro do I need?
//!
//! | I have | use |
//! |---|---|
//! | a function that is to run as a transaction | [`macro@process`] |
//! | a struct that is state, configuration or scratch | [`macro@Context`] |
//! | what a process asks of the world outside, to be recorded | [`macro@effect`] |
//! | a type of a field or an argument, into which rules are to look | [`macro@Inspect`] |
//! | recipes and workflows that are known when the program is compiled | `files!`, with the feature `files` |
//!
//! Use them through `theus_core`, which documents them and has what their output calls. Each goes the same way:
//! attributes are read (`attr`), a model with the user's own tokens is made (`model`), all mistakes of it are reported at
//! once (`check`), and the model is written out (`expand`). After a mistake the item is still written, as a stub, so that
//! nothing else fails because of it.
#![forbid(unsafe_code)]
// A test that fails panics.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod answer;
mod context;
mod effect;
mod errors;
#[cfg(feature = "files")]
mod files;
mod inspect;
mod names;
mod place;
mod process;
mod says;
mod tokens;
mod unit;

use proc_macro::TokenStream;

/// Whether items say to `files!` what they are.
const WITH_ANSWERS: bool = cfg!(feature = "files");

/// Makes a command out of a function, with the contract that is declared here. See `theus_core`'s documentation.
#[proc_macro_attribute]
pub fn process(attribute: TokenStream, item: TokenStream) -> TokenStream {
    if let Some((block, name)) = place::block_around(&item) {
        let message = format!(
            "a process is a free function, and `{name}` is part of {} `{block}`: move it out of the block; what it works on comes through `ctx`",
            if block == "impl" { "an" } else { "a" },
        );
        return syn::Error::new(name.span(), message).to_compile_error().into();
    }
    process::process(attribute.into(), item.into()).into()
}

/// Makes a trait one whose calls are recorded. See `theus_core::effect`.
#[proc_macro_attribute]
pub fn effect(attribute: TokenStream, item: TokenStream) -> TokenStream {
    effect::effect(attribute.into(), item.into()).into()
}

/// Makes a struct a layer of state. See `theus_core::Context`.
#[proc_macro_derive(Context, attributes(context, inspect, zone))]
pub fn derive_context(item: TokenStream) -> TokenStream {
    context::derive(item.into()).into()
}

/// Checks recipes and workflows while the program is compiled. See `theus_core::files`.
#[cfg(feature = "files")]
#[proc_macro]
pub fn files(input: TokenStream) -> TokenStream {
    files::files(input.into()).into()
}

/// What `files!` goes on with, one answer richer.
#[cfg(feature = "files")]
#[doc(hidden)]
#[proc_macro]
pub fn __files_answered(input: TokenStream) -> TokenStream {
    files::answered(input.into()).into()
}

/// What a mount or a bundle says of itself to `files!`.
#[doc(hidden)]
#[proc_macro]
pub fn __says(input: TokenStream) -> TokenStream {
    says::says(input.into()).into()
}

/// Lets audit rules look into a struct or an enum. See `theus_core::Inspect`.
#[proc_macro_derive(Inspect, attributes(inspect))]
pub fn derive_inspect(item: TokenStream) -> TokenStream {
    inspect::derive(item.into()).into()
}
