//! The attributes of the function, and what is said of the command in others.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Attribute;

use super::model::Model;
use crate::names::plain;
use crate::tokens;

/// The function's attributes, by where they go.
pub(crate) struct Attributes {
    /// On everything that is made.
    pub(crate) cfgs: Vec<Attribute>,
    /// On the command: its documentation and what is said of it as an item.
    pub(crate) command: Vec<Attribute>,
    /// On the function that holds the body.
    pub(crate) body: Vec<Attribute>,
}

/// Whether this is `#[process]` once more. One of another crate's path is none of ours.
pub(super) fn is_process(attribute: &Attribute) -> bool {
    let words: Vec<String> = attribute.path().segments.iter().map(|segment| plain(&segment.ident)).collect();
    words == ["process"] || words == ["theus_core", "process"]
}

impl Attributes {
    pub(super) fn sort(attributes: Vec<Attribute>) -> Self {
        let mut sorted = Self { cfgs: Vec::new(), command: Vec::new(), body: Vec::new() };
        for attribute in attributes {
            let path = attribute.path();
            if path.is_ident("cfg") {
                sorted.cfgs.push(attribute);
            } else if ["doc", "deprecated", "must_use", "derive"].iter().any(|name| path.is_ident(name)) {
                sorted.command.push(attribute);
            } else {
                sorted.body.push(attribute);
            }
        }
        sorted
    }
}

impl Model {
    /// Lints that would meet generated code for what the user has chosen: a deprecated command, arguments called `_name`.
    pub(crate) fn allowed(&self) -> Option<TokenStream> {
        let is_deprecated = self.attributes.command.iter().any(|attribute| attribute.path().is_ident("deprecated"));
        let deprecated = is_deprecated.then(|| quote!(deprecated,));
        let underscores = self
            .has_underscores()
            .then(|| quote!(clippy::used_underscore_binding, clippy::no_effect_underscore_binding,));
        (deprecated.is_some() || underscores.is_some()).then(|| quote!(#[allow(#deprecated #underscores)]))
    }

    /// Whether an argument is called `_name`.
    pub(crate) fn has_underscores(&self) -> bool {
        self.arguments.iter().any(|argument| argument.name().starts_with('_'))
    }

    /// The documentation of the command, as text.
    pub(crate) fn docs(&self) -> String {
        tokens::docs(&self.attributes.command)
    }
}
