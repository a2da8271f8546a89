//! What the derive knows of a struct.

use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, Generics, Ident, LitStr, Path, Type, Visibility};

use super::attr::{self, Zone};
use crate::errors::Errors;
use crate::inspect::{self, Method};
use crate::names::plain;
use crate::tokens;
use crate::tokens::mentions;
use crate::unit::{self, Unit};

/// A struct that is to be a context.
pub(crate) struct Model {
    pub(crate) krate: Path,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) version: u32,
    pub(crate) fields: Vec<Field>,
    /// The methods of its view that rules may call.
    pub(crate) methods: Vec<Method>,
}

/// One field of it.
pub(crate) struct Field {
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) zone: Zone,
    pub(crate) nested: bool,
    /// Whether its type may change through a shared reference.
    pub(crate) interior_mutability: bool,
    /// Whether people are not shown its value.
    pub(crate) redact: bool,
    /// In what it is measured.
    pub(crate) unit: Option<Unit>,
    /// The word that its place has for the events of its signals.
    pub(crate) events: Option<LitStr>,
    /// Whether its type mentions a parameter of the struct's.
    pub(crate) is_generic: bool,
    /// The adapter that shows it to rules.
    pub(crate) with: Option<Type>,
    pub(crate) docs: String,
}

impl Model {
    pub(crate) fn of(input: DeriveInput, errors: &mut Errors) -> Option<Self> {
        let attributes = attr::of_struct(&input.attrs, errors);
        let inspect = inspect::of_type(&input.attrs, errors);
        let named = match input.data {
            Data::Struct(data) => match data.fields {
                Fields::Named(fields) => fields.named,
                Fields::Unnamed(fields) => {
                    errors.at(&fields, "a context needs named fields: contracts and recipes call them by name");
                    return None;
                }
                Fields::Unit => syn::punctuated::Punctuated::new(),
            },
            Data::Enum(data) => {
                errors.at(
                    &data.enum_token,
                    "an enum cannot be a context: make it the type of a field in a struct that derives `Context`",
                );
                return None;
            }
            Data::Union(data) => {
                errors.at(&data.union_token, "a union cannot be a context: use a struct with named fields");
                return None;
            }
        };
        if let Some(lifetime) = input.generics.lifetimes().next() {
            errors.at(lifetime, "a context owns its values, so it has no lifetime: own them, or share them with `Arc`");
            return None;
        }
        if named.iter().any(|field| tokens::elides_a_lifetime(&field.ty)) {
            // The struct itself does not compile; rustc says so, once.
            return None;
        }
        let fields = named.into_iter().filter_map(|field| Field::of(field, &input.generics, errors)).collect();
        Some(Self {
            krate: attributes.krate,
            vis: input.vis,
            ident: input.ident,
            generics: input.generics,
            version: attributes.version.and_then(|number| number.base10_parse().ok()).unwrap_or(1),
            fields,
            methods: inspect.methods,
        })
    }
}

impl Field {
    fn of(field: syn::Field, generics: &Generics, errors: &mut Errors) -> Option<Self> {
        let ident = field.ident?;
        let attributes = attr::of_field(&field.attrs, errors);
        let name = plain(&ident);
        let with = inspect::of_field_of_context(&field.attrs, errors);
        if attributes.nested && attributes.zone.is_some() {
            errors.push(syn::Error::new(
                field.ty.span(),
                "a nested context has no zone of its own: put `#[zone(..)]` on its fields",
            ));
        }
        if let (Some(with), true) = (&with, attributes.nested) {
            errors.at(with, "a nested context shows its own fields: put `#[inspect(with = ..)]` on those");
        }
        if let Some(events) = attributes.events.as_ref().filter(|_| !attributes.nested) {
            errors.at(
                events,
                "`events` is of a nested context: write `#[context(nested, events = ..)]`, or leave it out",
            );
        }
        match &attributes.unit {
            Some(unit) if attributes.nested => {
                errors.at(unit, "a nested context has no unit of its own: put `#[context(unit = ..)]` on its fields");
            }
            unit => unit::check(unit.as_ref(), &field.ty, with.as_ref(), errors),
        }
        Some(Self {
            with,
            zone: attributes.zone.unwrap_or_else(|| Zone::of_name(&name)),
            nested: attributes.nested,
            interior_mutability: attributes.interior_mutability,
            redact: attributes.redact,
            events: attributes.events.filter(|_| attributes.nested),
            unit: attributes.unit.filter(|_| !attributes.nested),
            is_generic: generics.type_params().any(|parameter| mentions(&field.ty, &parameter.ident))
                || generics.const_params().any(|parameter| mentions(&field.ty, &parameter.ident)),
            docs: tokens::docs(&field.attrs),
            vis: field.vis,
            ident,
            ty: field.ty,
        })
    }

    pub(crate) fn name(&self) -> String {
        plain(&self.ident)
    }
}
