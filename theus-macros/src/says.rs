//! What `mount!` and `bundle!` say of themselves to `files!`: they are no attributes, and write a call of this.

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream};
use syn::{Generics, Ident, Visibility};

use crate::answer::Asked;

struct Given {
    kind: Ident,
    vis: Visibility,
    ident: Ident,
    content: TokenStream,
}

impl Parse for Given {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let (kind, vis, ident) = (input.parse()?, input.parse()?, input.parse()?);
        let content;
        syn::braced!(content in input);
        Ok(Self { kind, vis, ident, content: content.parse()? })
    }
}

/// Of `place pub Left { [left] [] }` an answer of that kind, which has what is in the braces.
pub(crate) fn says(tokens: TokenStream) -> TokenStream {
    match syn::parse2(tokens) {
        Ok(Given { kind, vis, ident, content }) => {
            let generics = Generics::default();
            Asked { cfgs: &[], vis: &vis, ident: &ident, generics: &generics }.says(&kind.to_string(), &content)
        }
        Err(error) => error.to_compile_error(),
    }
}
