//! `#[effect]`: on a trait, what a process asks of the world outside; on an `impl` of one, its `async fn`s.

mod check;
mod expand;
mod lifetimes;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::{Item, Path};

use crate::errors::Errors;
use crate::names::{hint, plain};

pub(crate) fn effect(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let krate = options(attribute, &mut errors);
    let parsed = syn::parse2::<Item>(item.clone());
    let expanded = match parsed {
        Ok(Item::Trait(item)) => {
            check::check(&item, &mut errors);
            if errors.is_empty() { expand::effect(item, &krate) } else { item.to_token_stream() }
        }
        Ok(Item::Impl(item)) => match &item.trait_ {
            Some(_) => expand::implementation(item, &krate),
            None => {
                errors.at(&item.self_ty, "an effect is a trait: `#[effect]` goes on it, and on the `impl` of it where that has an `async fn`");
                item.to_token_stream()
            }
        },
        Ok(item) => {
            errors.at(&item, "#[effect] goes on a trait, or on an `impl` of one");
            TokenStream::new()
        }
        Err(error) => {
            errors.push(error);
            item
        }
    };
    let errors = errors.into_tokens();
    quote!(#expanded #errors)
}

/// `crate = path`, where `theus_core` has another name.
fn options(attribute: TokenStream, errors: &mut Errors) -> Path {
    let mut krate = None;
    let parser = syn::meta::parser(|meta| {
        if meta.path.is_ident("crate") {
            let path = meta.value()?.call(Path::parse_mod_style)?;
            return krate.replace(path).map_or(Ok(()), |_| Err(meta.error("given twice: keep one")));
        }
        let text = meta.path.get_ident().map(plain).unwrap_or_default();
        Err(meta.error(format!("unknown option `{text}` in #[effect(..)]; {}", hint(&text, ["crate"]))))
    });
    errors.take(parser.parse2(attribute));
    krate.unwrap_or_else(|| syn::parse_quote!(::theus_core))
}
