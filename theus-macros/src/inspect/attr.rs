//! Reads `#[inspect(..)]`.

use proc_macro2::Ident;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Path, Token, Type, parenthesized};

use crate::errors::Errors;
use crate::names::{hint, plain};
use crate::unit::{self, Unit};

/// A method that rules may call: `mean -> f64`.
pub(crate) struct Method {
    pub(crate) ident: Ident,
    pub(crate) returns: Type,
}

/// `#[inspect(..)]` on a type.
#[derive(Default)]
pub(crate) struct TypeAttributes {
    pub(crate) methods: Vec<Method>,
    pub(crate) krate: Option<Path>,
}

impl Method {
    /// Its name, as a rule calls it.
    pub(crate) fn name(&self) -> String {
        plain(&self.ident)
    }
}

impl Parse for Method {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let help = "a method is given as `name -> Type`: its name and what it returns";
        let ident = input.parse().map_err(|error: syn::Error| syn::Error::new(error.span(), help))?;
        input.parse::<Token![->]>().map_err(|error| syn::Error::new(error.span(), help))?;
        Ok(Self { ident, returns: input.parse()? })
    }
}

pub(crate) fn of_type(attributes: &[Attribute], errors: &mut Errors) -> TypeAttributes {
    let mut read = TypeAttributes::default();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("inspect")) {
        let result = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("methods") {
                let list;
                parenthesized!(list in meta.input);
                let methods: Punctuated<Method, Token![,]> = Punctuated::parse_terminated(&list)?;
                for method in methods {
                    if read.methods.iter().any(|earlier| earlier.ident == method.ident) {
                        let name = method.name();
                        return Err(syn::Error::new(method.ident.span(), format!("`{name}` is given twice: keep one")));
                    }
                    read.methods.push(method);
                }
                return Ok(());
            }
            if meta.path.is_ident("crate") {
                let path = meta.value()?.parse()?;
                return read.krate.replace(path).map_or(Ok(()), |_| Err(meta.error("given twice: keep one")));
            }
            if meta.path.is_ident("with") {
                return Err(meta.error("`with` belongs on the field whose values the adapter shows"));
            }
            if meta.path.is_ident("unit") {
                return Err(meta.error("`unit` belongs on the field that is measured"));
            }
            Err(unknown(&meta.path, &["methods", "crate"], "a type"))
        });
        errors.take(result);
    }
    read
}

/// `#[inspect(with = Adapter)]` and `#[inspect(unit = "degF")]` on a field.
#[derive(Default)]
pub(crate) struct FieldAttributes {
    pub(crate) with: Option<Type>,
    pub(crate) unit: Option<Unit>,
}

/// The adapter on a field of a context, which says its unit as all else.
pub(crate) fn of_field_of_context(attributes: &[Attribute], errors: &mut Errors) -> Option<Type> {
    let FieldAttributes { with, unit } = of_field(attributes, errors);
    if let Some(unit) = unit {
        let message = format!("on a field of a context write `#[context(unit = {})]`", unit.token());
        errors.at(&unit, message);
    }
    with
}

pub(crate) fn of_field(attributes: &[Attribute], errors: &mut Errors) -> FieldAttributes {
    let mut read = FieldAttributes::default();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("inspect")) {
        let result = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("with") {
                let adapter: Type = meta.value()?.parse()?;
                return read.with.replace(adapter).map_or(Ok(()), |_| Err(meta.error("given twice: keep one")));
            }
            if meta.path.is_ident("unit") {
                return unit::option(&meta, &mut read.unit);
            }
            if meta.path.is_ident("methods") {
                return Err(meta.error("`methods` belongs on the type that has them"));
            }
            Err(unknown(&meta.path, &["with", "unit"], "a field"))
        });
        errors.take(result);
    }
    read
}

fn unknown(path: &Path, known: &[&str], place: &str) -> syn::Error {
    let text = path.get_ident().map(plain).unwrap_or_default();
    let hint = hint(&text, known.iter().copied());
    syn::Error::new_spanned(path, format!("unknown option `{text}` in #[inspect(..)] of {place}; {hint}"))
}
