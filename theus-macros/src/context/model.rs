//! What the derive knows of a struct.

use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, Generics, Ident, Path, Type, Visibility};

use super::attr::{self, Zone};
use crate::errors::Errors;
use crate::names::plain;
use crate::tokens;

/// A struct that is to be a context.
pub(crate) struct Model {
    pub(crate) krate: Path,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) version: u32,
    pub(crate) fields: Vec<Field>,
    pub(crate) cfgs: Vec<syn::Attribute>,
}

/// One field of it.
pub(crate) struct Field {
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) zone: Zone,
    pub(crate) nested: bool,
    pub(crate) docs: String,
    pub(crate) cfgs: Vec<syn::Attribute>,
}

impl Model {
    pub(crate) fn of(input: DeriveInput, errors: &mut Errors) -> Option<Self> {
        let attributes = attr::of_struct(&input.attrs, errors);
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
        let fields = named.into_iter().filter_map(|field| Field::of(field, errors)).collect();
        let cfgs = tokens::cfgs(&input.attrs).into_iter().cloned().collect();
        Some(Self {
            krate: attributes.krate,
            vis: input.vis,
            ident: input.ident,
            generics: input.generics,
            version: attributes.version.and_then(|number| number.base10_parse().ok()).unwrap_or(1),
            fields,
            cfgs,
        })
    }
}

impl Field {
    fn of(field: syn::Field, errors: &mut Errors) -> Option<Self> {
        let ident = field.ident?;
        let attributes = attr::of_field(&field.attrs, errors);
        let name = plain(&ident);
        if attributes.nested && attributes.zone.is_some() {
            errors.push(syn::Error::new(
                field.ty.span(),
                "a nested context has no zone of its own: put `#[zone(..)]` on its fields",
            ));
        }
        Some(Self {
            zone: attributes.zone.unwrap_or_else(|| Zone::of_name(&name)),
            nested: attributes.nested,
            docs: tokens::docs(&field.attrs),
            cfgs: tokens::cfgs(&field.attrs).into_iter().cloned().collect(),
            vis: field.vis,
            ident,
            ty: field.ty,
        })
    }

    pub(crate) fn name(&self) -> String {
        plain(&self.ident)
    }
}
