//! What `mount!` and `bundle!` say of themselves.

use syn::parse::ParseStream;
use syn::{Ident, Type, bracketed};
use theus_lang::described::ProcessText;

use crate::names::plain;
use crate::tokens::spelled;

/// Where the layers of a library are in those of the program.
pub(super) struct Place {
    domain: Vec<String>,
    /// Empty where the library has none.
    global: Vec<String>,
}

impl Place {
    /// `[left] [global motors]`
    pub(super) fn read(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self { domain: words(input)?, global: words(input)? })
    }

    /// The same process, as the program knows it: its name, and its paths.
    pub(super) fn put(&self, process: &mut ProcessText) {
        if !self.domain.is_empty() {
            process.name = format!("{}.{}", self.domain.join("."), process.name);
        }
        for path in process.inputs.iter_mut().chain(&mut process.outputs) {
            let Some((layer, rest)) = path.split_once('.') else { continue };
            let inside = if layer == "global" { self.global.get(1..).unwrap_or_default() } else { &self.domain };
            let words = [layer].into_iter().chain(inside.iter().map(String::as_str)).chain([rest]);
            *path = words.collect::<Vec<_>>().join(".");
        }
    }
}

fn words(input: ParseStream<'_>) -> syn::Result<Vec<String>> {
    let content;
    bracketed!(content in input);
    let mut words = Vec::new();
    while !content.is_empty() {
        words.push(plain(&content.call(<Ident as syn::ext::IdentExt>::parse_any)?));
    }
    Ok(words)
}

/// The processes of a bundle, as they are written there: `[Spin] [Stop]`.
pub(super) fn bundle(input: ParseStream<'_>) -> syn::Result<Vec<String>> {
    let mut processes = Vec::new();
    while !input.is_empty() {
        let process;
        bracketed!(process in input);
        processes.push(spelled(&process.parse::<Type>()?));
    }
    Ok(processes)
}
