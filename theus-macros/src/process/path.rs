//! A path of a contract, with the user's own tokens.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Token, parenthesized};

use crate::names::{hint, plain};

/// How a path was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// `domain.x`
    Bare,
    /// `signal(domain.x)`
    Signal,
    /// `meta(domain.x)`
    Meta,
}

/// `domain.user.balance`, or the same in `signal(..)` or `meta(..)`.
#[derive(Clone)]
pub(crate) struct ContextPath {
    pub(crate) asked: Asked,
    pub(crate) layer: Ident,
    pub(crate) names: Vec<Ident>,
    /// All of it, for underlining.
    whole: TokenStream,
}

impl ContextPath {
    pub(crate) fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let first: Ident = input.parse().map_err(|error| syn::Error::new(error.span(), no_path(input)))?;
        let asked = match plain(&first).as_str() {
            "signal" => Asked::Signal,
            "meta" => Asked::Meta,
            _ => Asked::Bare,
        };
        if asked == Asked::Bare || !input.peek(syn::token::Paren) {
            let (names, rest) = names(input)?;
            let whole = quote!(#first #rest);
            let path = Self { asked: Asked::Bare, layer: first, names, whole };
            return match path.followed_by(input) {
                Some(message) => Err(input.error(message)),
                None => Ok(path),
            };
        }
        let content;
        let parentheses = parenthesized!(content in input);
        let layer: Ident = content.parse()?;
        let (names, rest) = names(&content)?;
        if !content.is_empty() {
            return Err(content.error("one path at a time: write `signal(domain.a), signal(domain.b)`"));
        }
        let inner = quote!(#layer #rest);
        let mut whole = first.to_token_stream();
        parentheses.surround(&mut whole, |tokens| inner.to_tokens(tokens));
        Ok(Self { asked, layer, names, whole })
    }

    /// What is wrong with a path that goes on in another way than by a comma.
    fn followed_by(&self, input: ParseStream<'_>) -> Option<String> {
        let text = self.text();
        if input.peek(Token![::]) {
            let rest = input.fork();
            let name = rest.parse::<Token![::]>().and_then(|_| Ident::parse_any(&rest)).ok()?;
            return Some(format!("a path is written with dots: `{text}.{}`", plain(&name)));
        }
        if input.peek(syn::token::Paren) && self.names.is_empty() {
            return Some(format!("unknown word `{text}` around a path; {}", hint(&text, ["signal", "meta"])));
        }
        if input.peek(syn::token::Bracket) {
            return Some(format!("a path ends with its field: write `{text}` for all of it"));
        }
        input
            .peek(syn::token::Paren)
            .then(|| format!("a path ends with its field: write `{text}` without what stands behind"))
    }

    /// `domain.user.balance`
    pub(crate) fn text(&self) -> String {
        let mut text = plain(&self.layer);
        for name in &self.names {
            text.push('.');
            text.push_str(&plain(name));
        }
        text
    }

    /// The place `(*base).user.balance`, with the user's own names and located at the path.
    pub(crate) fn place(&self, base: &Ident) -> TokenStream {
        let here = self.layer.span();
        let mut base = base.clone();
        base.set_span(base.span().located_at(here));
        let whole = quote_spanned!(here=> (*#base));
        let names = self.names.iter().map(|name| {
            // The dot takes the name's span: an unknown name is then one error, on that name.
            let dot = quote_spanned!(name.span()=> .);
            quote!(#dot #name)
        });
        quote!(#whole #(#names)*)
    }

    /// A call of a hidden function on this path, located at the path: what the path lacks is underlined as a whole.
    pub(crate) fn call(&self, function: &TokenStream, arguments: &TokenStream) -> TokenStream {
        let (first, last) = self.ends();
        let function = crate::tokens::respanned(function.clone(), first);
        let mut call = function;
        let mut group = proc_macro2::Group::new(proc_macro2::Delimiter::Parenthesis, arguments.clone());
        group.set_span(last);
        call.extend([proc_macro2::TokenTree::Group(group)]);
        call
    }

    /// A reference to a place, located at the path.
    pub(crate) fn reference(&self, place: &TokenStream, mutable: bool) -> TokenStream {
        let here = self.layer.span();
        let and = if mutable { quote_spanned!(here=> &mut) } else { quote_spanned!(here=> &) };
        quote!(#and #place)
    }

    fn ends(&self) -> (Span, Span) {
        let last = self.names.last().map_or_else(|| self.layer.span(), Ident::span);
        (self.layer.span(), last)
    }
}

impl ToTokens for ContextPath {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.whole.to_tokens(tokens);
    }
}

/// What is said where a path should begin and does not.
fn no_path(input: ParseStream<'_>) -> String {
    let text = input.fork().parse::<syn::LitStr>().map(|text| text.value()).unwrap_or_default();
    if text.is_empty() {
        "expected a path such as `domain.balance`, `global.limit` or `signal(domain.sig_stop)`".to_owned()
    } else {
        format!("a path stands without quotes: write `{text}`")
    }
}

fn names(input: ParseStream<'_>) -> syn::Result<(Vec<Ident>, TokenStream)> {
    let mut names = Vec::new();
    let mut tokens = TokenStream::new();
    while input.peek(Token![.]) {
        let dot: Token![.] = input.parse()?;
        if input.peek(syn::LitInt) || input.peek(syn::LitFloat) {
            return Err(input.error("a path names fields; an element of a tuple is not one of its own"));
        }
        if input.peek(Token![*]) {
            return Err(input.error("a path names one field: list each by its name"));
        }
        let name: Ident = input.parse()?;
        tokens.extend(quote!(#dot #name));
        names.push(name);
    }
    Ok((names, tokens))
}
