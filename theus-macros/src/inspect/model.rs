//! What the derive knows of a type.

use proc_macro2::{Ident, Span};
use syn::{Data, DeriveInput, Fields, Generics, Path, Type, Visibility, parse_quote};

use super::attr::{self, Method};
use super::wire::Notes;
use crate::errors::Errors;
use crate::names::plain;
use crate::tokens::mentions;
use crate::unit::{self, Unit};

/// A type that is to be looked into.
pub(crate) struct Model {
    pub(crate) krate: Path,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    /// With what each type parameter must be.
    pub(crate) generics: Generics,
    pub(crate) methods: Vec<Method>,
    pub(crate) body: Body,
    pub(crate) notes: Notes,
}

pub(crate) enum Body {
    Struct(Vec<Field>),
    /// A struct with one field without a name: it stands for that field.
    Newtype(Box<Field>),
    Enum(Vec<Variant>),
}

pub(crate) struct Variant {
    pub(crate) ident: Ident,
    pub(crate) shape: VariantShape,
    pub(crate) fields: Vec<Field>,
    pub(crate) notes: Notes,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum VariantShape {
    Named,
    Unnamed,
    Unit,
}

pub(crate) struct Field {
    /// Its name, or its position.
    pub(crate) member: syn::Member,
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) with: Option<Type>,
    pub(crate) notes: Notes,
    /// In what it is measured.
    pub(crate) unit: Option<Unit>,
}

impl Model {
    pub(crate) fn of(input: DeriveInput, errors: &mut Errors) -> Option<Self> {
        let attributes = attr::of_type(&input.attrs, errors);
        let krate = attributes.krate.unwrap_or_else(|| parse_quote!(::theus_core));
        let body = match input.data {
            Data::Struct(data) => of_struct(data.fields, &input.ident, errors),
            Data::Enum(data) => {
                let variants = data.variants.into_iter().map(|variant| Variant {
                    shape: match variant.fields {
                        Fields::Named(_) => VariantShape::Named,
                        Fields::Unnamed(_) => VariantShape::Unnamed,
                        Fields::Unit => VariantShape::Unit,
                    },
                    notes: Notes::of(&variant.attrs),
                    ident: variant.ident,
                    fields: fields(variant.fields, errors),
                });
                Body::Enum(variants.collect())
            }
            Data::Union(data) => {
                errors.at(&data.union_token, "the audit cannot look into a union: use a struct or an enum");
                return None;
            }
        };
        let notes = Notes::of(&input.attrs);
        let mut generics = input.generics;
        let parameters: Vec<Ident> = generics.type_params().map(|parameter| parameter.ident.clone()).collect();
        for ident in parameters {
            generics.make_where_clause().predicates.push(parse_quote!(#ident: #krate::Inspect + 'static));
        }
        Some(Self { krate, vis: input.vis, ident: input.ident, generics, methods: attributes.methods, body, notes })
    }
}

fn of_struct(fields_of: Fields, ident: &Ident, errors: &mut Errors) -> Body {
    let is_tuple = matches!(fields_of, Fields::Unnamed(_));
    let mut fields = fields(fields_of, errors);
    if is_tuple && fields.len() == 1 {
        let field = fields.remove(0);
        // Its shape would be asked for while it is being asked for.
        if field.with.is_none() && mentions(&field.ty, ident) {
            errors.at(&field.ty, "a newtype of itself has no shape of its own: give the field a name");
            return Body::Struct(Vec::new());
        }
        return Body::Newtype(Box::new(field));
    }
    Body::Struct(fields)
}

fn fields(fields: Fields, errors: &mut Errors) -> Vec<Field> {
    fields
        .into_iter()
        .enumerate()
        .map(|(index, field)| {
            let notes = Notes::of(&field.attrs);
            let attr::FieldAttributes { with, unit } = attr::of_field(&field.attrs, errors);
            unit::check(unit.as_ref(), &field.ty, with.as_ref(), errors);
            let (member, name) = match field.ident {
                Some(ident) => (syn::Member::Named(ident.clone()), plain(&ident)),
                None => (syn::Member::Unnamed(index.into()), index.to_string()),
            };
            Field { member, name, ty: field.ty, with, notes, unit }
        })
        .collect()
}

impl Field {
    /// A name for what a pattern binds it to.
    pub(crate) fn binding(&self) -> Ident {
        Ident::new(&format!("field_{}", self.name), Span::mixed_site())
    }
}
