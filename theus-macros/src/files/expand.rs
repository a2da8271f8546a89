//! The module that `files!` makes: the files as they were checked, and the processes, registered.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::visit_mut::{VisitMut, visit_path_mut};
use syn::{LitStr, Path};
use theus_lang::audit::recipe::list_files;
use theus_lang::source::{Document, SourceFile};

use super::check::path_of;
use super::input::Input;

/// With what is registered: nothing where it is not known that these are processes and fragments.
pub(super) fn module(input: &Input, is_known: bool, told: &TokenStream) -> TokenStream {
    let Input { vis, module, processes, fragments, .. } = input;
    let (processes, fragments): (&[Path], &[Path]) = if is_known { (processes, fragments) } else { (&[], &[]) };
    let (recipe, workflows, builders) = (recipe(input), workflows(input), builders(input, processes, fragments));
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
            #builders
        }
    }
}

fn builders(input: &Input, processes: &[Path], fragments: &[Path]) -> TokenStream {
    let krate = &input.krate;
    let inside = |ty: &syn::Type| {
        let mut ty = ty.clone();
        Inside.visit_type_mut(&mut ty);
        ty
    };
    let (domain, global, effects) =
        (inside(&input.domain), input.global.as_ref().map(inside), input.effects.as_ref().map(inside));
    let mut processes = processes.to_vec();
    processes.iter_mut().for_each(|process| Inside.visit_path_mut(process));
    let mut fragments = fragments.to_vec();
    fragments.iter_mut().for_each(|fragment| Inside.visit_path_mut(fragment));
    let fragments = (!fragments.is_empty()).then(|| quote!(.fragments([#(#fragments),*])));
    let layer = |ty: &Option<syn::Type>| ty.as_ref().map_or_else(|| quote!(()), |ty| quote!(#ty));
    let (global_type, effects_type) = (layer(&global), layer(&effects));
    let given = [("global", &global), ("effects", &effects)].into_iter();
    let given: Vec<_> = given.filter_map(|(name, ty)| Some((format_ident!("{name}"), ty.as_ref()?))).collect();
    let parameters = given.iter().map(|(name, ty)| quote!(#name: #ty));
    let parameters = quote!(domain: #domain, #(#parameters),*);
    let names = given.iter().map(|(name, _)| name);
    let calls = given.iter().map(|(name, _)| quote!(.#name(#name)));
    let builder = quote!(#krate::EngineBuilder<#domain, #global_type, #effects_type>);
    let registered = quote!(#krate::Engine::builder(domain) #(#calls)* #(.process::<#processes>())* #fragments);
    if input.recipes.is_empty() {
        return quote! {
            /// An engine with the processes registered.
            pub fn builder(#parameters) -> #builder {
                #registered
            }
        };
    }
    quote! {
        /// An engine with the processes registered and the recipe in force.
        pub fn builder(#parameters) -> #builder {
            without_recipe(domain, #(#names),*).checked_recipe(RECIPE)
        }

        /// An engine with the processes registered and no recipe, for one that comes while the program runs.
        pub fn without_recipe(#parameters) -> #builder {
            #registered
        }
    }
}

/// Paths as they are written one module further in.
struct Inside;

impl VisitMut for Inside {
    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_path_mut(self, path);
        let Some(first) = path.segments.first_mut().filter(|_| path.leading_colon.is_none()) else { return };
        let is_relative = first.ident == "super";
        if is_relative || first.ident == "self" {
            first.ident = Ident::new("super", first.ident.span());
        }
        if is_relative {
            let up = first.clone();
            path.segments.insert(0, up);
        }
    }
}

/// Cargo looks again where a file changes, because the program holds its text.
fn file(literal: &LitStr) -> TokenStream {
    let path = path_of(literal);
    // Where the package's folder is says nothing to those who run the program.
    let name = literal.value();
    let name = name.trim_start_matches("../");
    match path.canonicalize().ok().as_deref().and_then(|path| path.to_str()) {
        Some(path) => quote!((#name, ::core::include_str!(#path))),
        // It was told that the file is not there.
        None => quote!((#name, "")),
    }
}

fn recipe(input: &Input) -> Option<TokenStream> {
    let krate = &input.krate;
    let files: Vec<_> = input.recipes.iter().map(file).collect();
    let lists: Vec<_> = input.recipes.iter().flat_map(lists_of).collect();
    let lists = (!lists.is_empty()).then(|| quote!(.__with_lists(&[#(#lists),*])));
    (!files.is_empty()).then(|| {
        quote! {
            /// The recipe: its files, each over those before it.
            pub const RECIPE: #krate::CheckedRecipe = #krate::CheckedRecipe::__new(&[#(#files),*])#lists;
        }
    })
}

/// The files in which a recipe has lists: the recipe, how it calls each, and its text, for which cargo looks again as well. What is
/// wrong with any of them has been told.
fn lists_of(literal: &LitStr) -> Vec<TokenStream> {
    let path = path_of(literal);
    let Ok(recipe) = SourceFile::read(&path).and_then(Document::parse) else { return Vec::new() };
    let recipe_name = literal.value();
    let recipe_name = recipe_name.trim_start_matches("../");
    let folder = path.parent().map(std::path::Path::to_owned).unwrap_or_default();
    let text = |name: String| {
        let path = folder.join(&name).canonicalize().ok()?;
        let path = path.to_str()?;
        Some(quote!((#recipe_name, #name, ::core::include_str!(#path))))
    };
    list_files(&recipe).into_iter().filter_map(text).collect()
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
