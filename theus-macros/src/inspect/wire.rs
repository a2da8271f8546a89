//! How serde writes a type, as far as its attributes say, and its doc comments.

use proc_macro2::TokenStream;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, LitStr, Token};

use super::model::{Body, Field, Model, Variant, VariantShape};
use crate::names::plain;
use crate::tokens;

/// What the attributes of a type, a variant or a field say.
#[derive(Clone, Default)]
pub(crate) struct Notes {
    doc: String,
    rename: Option<String>,
    /// For the fields of a struct or of a variant, or for the variants.
    rename_all: Option<String>,
    /// For the fields of all variants.
    rename_all_fields: Option<String>,
    may_be_missing: bool,
    is_closed: bool,
    /// Something is said that makes another form of it.
    is_other: bool,
}

impl Notes {
    pub(crate) fn of(attributes: &[Attribute]) -> Self {
        let mut notes = Self { doc: tokens::docs(attributes), ..Self::default() };
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            // What is wrong with it is serde's to say.
            notes.is_other |= attribute.parse_nested_meta(|meta| notes.note(&meta)).is_err();
        }
        notes
    }

    fn note(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let name = meta.path.get_ident().map(plain).unwrap_or_default();
        match name.as_str() {
            "rename" => self.rename = text(meta, &mut self.is_other)?,
            "rename_all" => self.rename_all = text(meta, &mut self.is_other)?,
            "rename_all_fields" => self.rename_all_fields = text(meta, &mut self.is_other)?,
            "deny_unknown_fields" => self.is_closed = true,
            "default" => {
                self.may_be_missing = true;
                skip(meta)?;
            }
            // Nothing of these is seen in what is read.
            "transparent" | "bound" | "crate" | "expecting" | "skip_serializing_if" | "borrow" => skip(meta)?,
            _ => {
                self.is_other = true;
                skip(meta)?;
            }
        }
        Ok(())
    }

    fn is_silent(&self) -> bool {
        let Self { doc, rename, rename_all, rename_all_fields, may_be_missing, is_closed, is_other } = self;
        doc.is_empty()
            && rename.is_none()
            && rename_all.is_none()
            && rename_all_fields.is_none()
            && !(*may_be_missing || *is_closed || *is_other)
    }
}

/// `= ".."`; of `(serialize = "..", deserialize = "..")` nothing is known.
fn text(meta: &ParseNestedMeta<'_>, is_other: &mut bool) -> syn::Result<Option<String>> {
    if meta.input.peek(Token![=]) {
        return Ok(Some(meta.value()?.parse::<LitStr>()?.value()));
    }
    *is_other = true;
    skip(meta)?;
    Ok(None)
}

/// What stands behind a name, whatever it is.
fn skip(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<syn::Expr>()?;
    } else if meta.input.peek(syn::token::Paren) {
        meta.input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}

/// What is known of a type, as an expression that makes it.
pub(crate) fn form(model: &Model) -> TokenStream {
    let of_type = &model.notes;
    let parts = match &model.body {
        Body::Newtype(field) => parts_of_fields(std::slice::from_ref(&**field), None),
        Body::Struct(fields) => parts_of_fields(fields, of_type.rename_all.as_deref()),
        Body::Enum(variants) => parts_of_variants(variants, of_type),
    };
    let inside_is_other = match &model.body {
        Body::Newtype(field) => field.notes.is_other,
        Body::Struct(fields) => fields.iter().any(|field| field.notes.is_other),
        Body::Enum(variants) => variants
            .iter()
            .any(|variant| variant.notes.is_other || variant.fields.iter().any(|field| field.notes.is_other)),
    };
    if parts.is_none() && of_type.is_silent() && !inside_is_other {
        return quote!(__theus::WireForm::plain);
    }
    let Notes { doc, is_closed, is_other, may_be_missing, .. } = of_type;
    // A `default` of the whole struct is one of each field.
    let (as_shaped, doc) = (!is_other && !inside_is_other && !may_be_missing, doc);
    let parts = parts.unwrap_or_default();
    quote!(|| __theus::WireForm {
        doc: #doc,
        as_shaped: #as_shaped,
        is_closed: #is_closed,
        parts: ::std::vec![#parts],
    })
}

/// None where nothing is said of any.
fn parts_of_fields(fields: &[Field], rename_all: Option<&str>) -> Option<TokenStream> {
    let parts: Vec<(bool, TokenStream)> = fields
        .iter()
        .map(|field| {
            let Notes { doc, rename, may_be_missing, .. } = &field.notes;
            let is_named = matches!(field.member, syn::Member::Named(_));
            let by_rule = rename_all.filter(|_| is_named).map(|rule| field_case(rule, &field.name));
            part(rename.clone().or(by_rule), &field.name, doc, *may_be_missing, None)
        })
        .collect();
    said(parts)
}

fn parts_of_variants(variants: &[Variant], of_type: &Notes) -> Option<TokenStream> {
    let parts: Vec<(bool, TokenStream)> = variants
        .iter()
        .map(|variant| {
            let Notes { doc, rename, rename_all, .. } = &variant.notes;
            let name = plain(&variant.ident);
            let by_rule = of_type.rename_all.as_deref().map(|rule| variant_case(rule, &name));
            let inside = rename_all.as_deref().or(of_type.rename_all_fields.as_deref());
            let fields = match variant.shape {
                VariantShape::Named | VariantShape::Unnamed => parts_of_fields(&variant.fields, inside),
                VariantShape::Unit => None,
            };
            part(rename.clone().or(by_rule), &name, doc, false, fields)
        })
        .collect();
    said(parts)
}

fn part(
    name: Option<String>,
    plain: &str,
    doc: &str,
    may_be_missing: bool,
    fields: Option<TokenStream>,
) -> (bool, TokenStream) {
    let name = name.filter(|name| name != plain).unwrap_or_default();
    let is_said = !name.is_empty() || !doc.is_empty() || may_be_missing || fields.is_some();
    let fields = fields.unwrap_or_default();
    let written = quote!(__theus::WirePart {
        name: #name,
        doc: #doc,
        may_be_missing: #may_be_missing,
        fields: ::std::vec![#fields],
    });
    (is_said, written)
}

fn said(parts: Vec<(bool, TokenStream)>) -> Option<TokenStream> {
    let is_any = parts.iter().any(|(is_said, _)| *is_said);
    let parts = parts.into_iter().map(|(_, part)| part);
    is_any.then(|| quote!(#(#parts),*))
}

/// As serde makes the names of variants, which are written in `PascalCase`.
fn variant_case(rule: &str, name: &str) -> String {
    let snake = || {
        let mut snake = String::new();
        for (at, character) in name.char_indices() {
            if at > 0 && character.is_uppercase() {
                snake.push('_');
            }
            snake.push(character.to_ascii_lowercase());
        }
        snake
    };
    match rule {
        "lowercase" => name.to_ascii_lowercase(),
        "UPPERCASE" => name.to_ascii_uppercase(),
        "camelCase" => first(name, |first| first.to_ascii_lowercase()),
        "snake_case" => snake(),
        "SCREAMING_SNAKE_CASE" => snake().to_ascii_uppercase(),
        "kebab-case" => snake().replace('_', "-"),
        "SCREAMING-KEBAB-CASE" => snake().to_ascii_uppercase().replace('_', "-"),
        _ => name.to_owned(),
    }
}

/// As serde makes the names of fields, which are written in `snake_case`.
fn field_case(rule: &str, name: &str) -> String {
    let pascal = || name.split('_').map(|word| first(word, |first| first.to_ascii_uppercase())).collect::<String>();
    match rule {
        "UPPERCASE" | "SCREAMING_SNAKE_CASE" => name.to_ascii_uppercase(),
        "PascalCase" => pascal(),
        "camelCase" => first(&pascal(), |first| first.to_ascii_lowercase()),
        "kebab-case" => name.replace('_', "-"),
        "SCREAMING-KEBAB-CASE" => name.to_ascii_uppercase().replace('_', "-"),
        _ => name.to_owned(),
    }
}

/// The same with another first letter.
fn first(word: &str, change: impl Fn(char) -> char) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| std::iter::once(change(first)).chain(characters).collect())
}
