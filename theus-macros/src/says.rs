//! What `mount!` and `bundle!` say of themselves to `files!`: they are no attributes, and write a call of this.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Generics, Ident, LitStr, Visibility};

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
            let content = if kind == "fragment" { with_text(content) } else { content };
            Asked { cfgs: &[], vis: &vis, ident: &ident, generics: &generics }.says(&kind.to_string(), &content)
        }
        Err(error) => error.to_compile_error(),
    }
}

/// The text of the file behind `"motor" "rules/motor.yaml"`: whoever asks is another crate, and does not know where this one is. A file
/// that cannot be read is rustc's to tell, at its `include_str!`.
fn with_text(content: TokenStream) -> TokenStream {
    let Ok([called, file]) = syn::parse2::<Two>(content.clone()).map(|two| two.0) else { return content };
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").map(std::path::PathBuf::from).unwrap_or_default();
    let text = std::fs::read_to_string(folder.join(file.value())).unwrap_or_default();
    quote!(#called #file #text)
}

struct Two([LitStr; 2]);

impl Parse for Two {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self([input.parse()?, input.parse()?]))
    }
}
