//! Small readings of tokens: types as text, spans, documentation.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Type};

/// A type as one would write it: `BTreeMap<String, i64>`, not `BTreeMap < String , i64 >`.
pub(crate) fn spelled(tokens: &impl ToTokens) -> String {
    let mut text = String::new();
    for word in tokens.to_token_stream().to_string().split_whitespace() {
        let tight_before = matches!(word.chars().next(), Some('<' | '>' | ',' | ';' | ':' | ')' | ']'));
        let tight_after = matches!(text.chars().last(), Some('<' | ':' | '(' | '[' | '&') | None);
        let after_colon = text.ends_with(':') && !text.ends_with("::");
        if !(tight_before || tight_after) || after_colon {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

/// All tokens, located at one span.
pub(crate) fn respanned(tokens: TokenStream, span: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            if let TokenTree::Group(group) = &token {
                let mut inner = proc_macro2::Group::new(group.delimiter(), respanned(group.stream(), span));
                inner.set_span(span);
                return TokenTree::Group(inner);
            }
            token.set_span(span);
            token
        })
        .collect()
}

/// Whether a type leaves out a lifetime where a struct cannot: `&str` or `Cow<'_, str>`, but not `fn(&str)`.
pub(crate) fn elides_a_lifetime(ty: &syn::Type) -> bool {
    struct Find(bool);
    impl<'a> syn::visit::Visit<'a> for Find {
        fn visit_type_reference(&mut self, reference: &'a syn::TypeReference) {
            self.0 |= reference.lifetime.is_none();
            syn::visit::visit_type_reference(self, reference);
        }
        fn visit_lifetime(&mut self, lifetime: &'a syn::Lifetime) {
            self.0 |= lifetime.ident == "_";
        }
        fn visit_type_fn_ptr(&mut self, _: &'a syn::TypeFnPtr) {}
        fn visit_parenthesized_generic_arguments(&mut self, _: &'a syn::ParenthesizedGenericArguments) {}
    }
    let mut find = Find(false);
    syn::visit::Visit::visit_type(&mut find, ty);
    find.0
}

/// A doc comment as one would write it: a line for each line.
pub(crate) fn doc(text: &str) -> TokenStream {
    text.lines()
        .map(|line| {
            let line = if line.is_empty() { String::new() } else { format!(" {line}") };
            quote::quote!(#[doc = #line])
        })
        .collect()
}

/// The doc comment as text, its lines joined by newlines.
pub(crate) fn docs(attributes: &[Attribute]) -> String {
    let lines: Vec<String> = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .filter_map(|attribute| match &attribute.meta {
            syn::Meta::NameValue(syn::MetaNameValue {
                value: syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }),
                ..
            }) => Some(text.value().trim().to_owned()),
            _ => None,
        })
        .collect();
    lines.join("\n")
}

/// Whether a type has `ident` among its tokens.
pub(crate) fn mentions(ty: &Type, ident: &Ident) -> bool {
    fn inside(tokens: TokenStream, ident: &Ident) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(word) => word == *ident,
            TokenTree::Group(group) => inside(group.stream(), ident),
            _ => false,
        })
    }
    inside(ty.to_token_stream(), ident)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_spelled_as_written() {
        let cases = ["BTreeMap<String, i64>", "Vec<Option<u8>>", "std::time::Duration", "[f64; 4]", "(i32, String)"];
        for case in cases {
            let ty: syn::Type = syn::parse_str(case).unwrap();
            assert_eq!(spelled(&ty), case);
        }
    }
}
