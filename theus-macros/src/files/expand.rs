//! The module that `files!` makes: the files as they were checked, and the processes, registered.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::LitStr;

use super::check::path_of;
use super::input::Input;

/// With the processes that are registered: none where it is not known that they are processes.
pub(super) fn module(input: &Input, processes: &[syn::Path], told: &TokenStream) -> TokenStream {
    let Input { vis, module, domain, global, effects, krate, .. } = input;
    let recipe = recipe(input);
    let workflows = workflows(input);
    let layer = |ty: &Option<syn::Type>| ty.as_ref().map_or_else(|| quote!(()), |ty| quote!(#ty));
    let (global_type, effects_type) = (layer(global), layer(effects));
    let parameters = [("global", global), ("effects", effects)].map(|(name, ty)| {
        let name = format_ident!("{name}");
        ty.as_ref().map(|ty| (quote!(#name: #ty), quote!(.#name(#name))))
    });
    let (arguments, calls): (Vec<_>, Vec<_>) = parameters.into_iter().flatten().unzip();
    let checked = (!input.recipes.is_empty()).then(|| quote!(.checked_recipe(RECIPE)));
    let docs =
        "What `files!` has checked: the recipe, the workflows, and a builder that has the processes and the recipe.";
    quote! {
        #told

        #[doc = #docs]
        #[allow(dead_code)]
        #vis mod #module {
            #[allow(unused_imports)]
            use super::*;

            #recipe
            #workflows

            /// An engine with the processes registered and the recipe in force.
            pub fn builder(domain: #domain, #(#arguments),*) -> #krate::EngineBuilder<#domain, #global_type, #effects_type> {
                #krate::Engine::builder(domain) #(#calls)* #(.process::<#processes>())* #checked
            }
        }
    }
}

/// Cargo looks again where a file changes, because the program holds its text.
fn file(literal: &LitStr) -> TokenStream {
    let path = path_of(literal);
    match path.canonicalize().ok().as_deref().and_then(|path| path.to_str()) {
        Some(path) => quote!((#literal, ::core::include_str!(#path))),
        // It was told that the file is not there.
        None => quote!((#literal, "")),
    }
}

fn recipe(input: &Input) -> Option<TokenStream> {
    let krate = &input.krate;
    let files: Vec<_> = input.recipes.iter().map(file).collect();
    (!files.is_empty()).then(|| {
        quote! {
            /// The recipe: its files, each over those before it.
            pub const RECIPE: #krate::CheckedRecipe = #krate::CheckedRecipe::__new(&[#(#files),*]);
        }
    })
}

fn workflows(input: &Input) -> TokenStream {
    let krate = &input.krate;
    let mut names: Vec<String> = Vec::new();
    let workflows = input.workflows.iter().map(|literal| {
        let name = constant(&literal.value());
        if names.contains(&name) || (name == "RECIPE" && !input.recipes.is_empty()) {
            let message = format!("two files make a constant `{name}` of their names: rename one of them");
            return syn::Error::new(literal.span(), message).to_compile_error();
        }
        let (ident, file) = (Ident::new(&name, Span::call_site()), file(literal));
        names.push(name);
        let docs = format!("The workflow of `{}`.", literal.value());
        quote! {
            #[doc = #docs]
            pub const #ident: #krate::CheckedWorkflow = #krate::CheckedWorkflow::__new(#file);
        }
    });
    workflows.collect()
}

/// `files/order-desk.yaml` as `ORDER_DESK`.
fn constant(path: &str) -> String {
    let stem = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let stem = stem.split('.').next().unwrap_or(stem);
    let mut name: String = stem
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' })
        .collect();
    if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
        name.insert(0, '_');
    }
    name
}
