//! In what a number is measured: `#[context(unit = "degF")]`, `#[inspect(unit = "degF")]`, of an argument `#[unit = "degF"]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, GenericArgument, Lit, LitStr, PathArguments, Type};

use crate::errors::Errors;
use crate::names::plain;

/// So many characters are enough, as in files: it is told with each value.
const LONGEST: usize = 20;

/// A unit that was given, and where.
pub(crate) type Unit = LitStr;

/// Reads what stands behind `unit =`.
pub(crate) fn parse(value: &Expr) -> syn::Result<Unit> {
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = value else {
        return Err(syn::Error::new(value.span(), "a unit is a text, as in `unit = \"degF\"` or `unit = \"l/min\"`"));
    };
    let unit = text.value();
    if unit.trim().is_empty() {
        return Err(syn::Error::new(text.span(), "a unit is a text, as in `unit = \"degF\"`: this one is empty"));
    }
    if unit.trim().len() != unit.len() || unit.chars().any(char::is_control) {
        return Err(syn::Error::new(text.span(), "a unit is one word or a few in one line, without space around it"));
    }
    if unit.chars().count() > LONGEST {
        let message = format!("a unit has at most {LONGEST} characters: it is told with each value");
        return Err(syn::Error::new(text.span(), message));
    }
    Ok(text.clone())
}

/// The same, of an option in an attribute's list.
pub(crate) fn option(meta: &syn::meta::ParseNestedMeta<'_>, unit: &mut Option<Unit>) -> syn::Result<()> {
    let value = meta.value().map_err(|_| meta.error("in what is it measured? as in `unit = \"degF\"`"))?;
    let given = parse(&value.parse()?)?;
    unit.replace(given).map_or(Ok(()), |_| Err(meta.error("given twice: keep one")))
}

/// Refuses one on a type that is plainly no number. What its spelling does not tell is told when a file is loaded.
pub(crate) fn check(unit: Option<&Unit>, ty: &Type, with: Option<&Type>, errors: &mut Errors) {
    if unit.is_some() && with.is_none() && is_no_number(ty) {
        errors.at(ty, "a unit is of a number, of an `Option`, a list or the values of a map of numbers: leave it out");
    }
}

/// The shape of what is measured.
pub(crate) fn measured(shape: TokenStream, unit: Option<&Unit>) -> TokenStream {
    match unit {
        Some(unit) => quote!(#shape.measured_in(#unit)),
        None => shape,
    }
}

fn is_no_number(ty: &Type) -> bool {
    match ty {
        Type::Tuple(_) => true,
        Type::Array(array) => is_no_number(&array.elem),
        Type::Group(group) => is_no_number(&group.elem),
        Type::Paren(paren) => is_no_number(&paren.elem),
        Type::Path(path) => {
            let Some(last) = path.path.segments.last() else { return false };
            let held = |at: usize| match &last.arguments {
                PathArguments::AngleBracketed(arguments) => match arguments.args.iter().nth(at) {
                    Some(GenericArgument::Type(held)) => is_no_number(held),
                    _ => false,
                },
                _ => false,
            };
            match plain(&last.ident).as_str() {
                "bool" | "char" | "str" | "String" | "SystemTime" => true,
                "Option" | "Vec" | "VecDeque" | "BTreeSet" | "HashSet" | "Box" | "Arc" | "Rc" => held(0),
                "BTreeMap" | "HashMap" | "Table" => held(1),
                _ => false,
            }
        }
        _ => false,
    }
}
