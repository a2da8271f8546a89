//! What `files!` is given.

use proc_macro2::Ident;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{GenericArgument, LitStr, Path, PathArguments, Token, Type, Visibility, bracketed};

use crate::names::{hint, plain};

const KNOWN: [&str; 9] =
    ["domain", "global", "effects", "processes", "types", "fragments", "recipes", "workflows", "crate"];

pub(super) struct Input {
    pub(super) vis: Visibility,
    pub(super) module: Ident,
    pub(super) domain: Type,
    pub(super) global: Option<Type>,
    pub(super) effects: Option<Type>,
    pub(super) processes: Vec<Path>,
    pub(super) types: Vec<Listed>,
    /// Parts of files that crates ship.
    pub(super) fragments: Vec<Path>,
    pub(super) recipes: Vec<LitStr>,
    pub(super) workflows: Vec<LitStr>,
    pub(super) krate: Path,
}

/// A type that the program mentions.
pub(super) enum Listed {
    /// One that says itself what it is.
    Own(Path),
    /// Another name of a type, or what a type of another crate shows: `Money = i64`.
    Alias(Ident, Box<Type>),
}

impl Input {
    /// The items that are asked what they are, in this order.
    pub(super) fn questions(&self) -> impl Iterator<Item = Question> {
        let contexts = [Some(&self.domain), self.global.as_ref()].into_iter().flatten().filter_map(word_of);
        let types = self.types.iter().filter_map(|listed| match listed {
            Listed::Own(path) => Some(bare(path)),
            Listed::Alias(..) => None,
        });
        let types = contexts.chain(types).map(|path| Question { path, wanted: Wanted::Type });
        let fragments = self.fragments.iter().map(|path| Question { path: path.clone(), wanted: Wanted::Fragment });
        types.chain(self.processes.iter().flat_map(questions_of)).chain(fragments)
    }
}

/// Who is asked, and for what.
pub(super) struct Question {
    pub(super) path: Path,
    pub(super) wanted: Wanted,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Type,
    Process,
    /// Where the process before it is mounted.
    Place,
    Fragment,
}

/// `Spin` is asked by itself; of `At<Spin, Left>` both are, the process first.
fn questions_of(process: &Path) -> Vec<Question> {
    let one = |path: &Path, wanted| Question { path: bare(path), wanted };
    match mounted(process) {
        Some([process, place]) => vec![one(process, Wanted::Process), one(place, Wanted::Place)],
        None => vec![one(process, Wanted::Process)],
    }
}

fn mounted(process: &Path) -> Option<[&Path; 2]> {
    let PathArguments::AngleBracketed(arguments) =
        &process.segments.last().filter(|last| last.ident == "At")?.arguments
    else {
        return None;
    };
    let mut paths = arguments.args.iter().map(|argument| match argument {
        GenericArgument::Type(Type::Path(path)) if path.qself.is_none() => Some(&path.path),
        _ => None,
    });
    let both = [paths.next()??, paths.next()??];
    paths.next().is_none().then_some(both)
}

/// The path of a type, without its arguments.
fn word_of(ty: &Type) -> Option<Path> {
    match ty {
        Type::Path(path) if path.qself.is_none() => Some(bare(&path.path)),
        _ => None,
    }
}

fn bare(path: &Path) -> Path {
    let mut path = path.clone();
    if let Some(last) = path.segments.last_mut() {
        last.arguments = PathArguments::None;
    }
    path
}

impl Parse for Listed {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(syn::Ident) && input.peek2(Token![=]) {
            let name = input.parse()?;
            input.parse::<Token![=]>()?;
            return Ok(Self::Alias(name, Box::new(input.parse()?)));
        }
        input.parse().map(Self::Own)
    }
}

fn list<T: Parse>(input: ParseStream<'_>) -> syn::Result<Vec<T>> {
    let content;
    bracketed!(content in input);
    Ok(Punctuated::<T, Token![,]>::parse_terminated(&content)?.into_iter().collect())
}

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let example = "begin with the module that is made: `pub mod desk;`";
        let told = |error: syn::Error| syn::Error::new(error.span(), format!("{example}\n{error}"));
        let vis = input.parse().map_err(told)?;
        input.parse::<Token![mod]>().map_err(told)?;
        let module: Ident = input.parse().map_err(told)?;
        input.parse::<Token![;]>().map_err(told)?;
        let mut domain = None;
        let mut read = Self {
            vis,
            domain: syn::parse_quote!(()),
            global: None,
            effects: None,
            processes: Vec::new(),
            types: Vec::new(),
            fragments: Vec::new(),
            recipes: Vec::new(),
            workflows: Vec::new(),
            krate: syn::parse_quote!(::theus_core),
            module,
        };
        let mut seen: Vec<String> = Vec::new();
        while !input.is_empty() {
            let word = input.call(<Ident as syn::ext::IdentExt>::parse_any)?;
            let name = plain(&word);
            input.parse::<Token![=]>()?;
            match name.as_str() {
                "domain" => domain = Some(input.parse()?),
                "global" => read.global = Some(input.parse()?),
                "effects" => read.effects = Some(input.parse()?),
                "processes" => read.processes = list(input)?,
                "types" => read.types = list(input)?,
                "fragments" => read.fragments = list(input)?,
                "recipes" => read.recipes = list(input)?,
                "workflows" => read.workflows = list(input)?,
                "crate" => read.krate = input.parse()?,
                _ => {
                    let message = format!("unknown option `{name}` of `files!`; {}", hint(&name, KNOWN));
                    return Err(syn::Error::new(word.span(), message));
                }
            }
            if seen.contains(&name) {
                return Err(syn::Error::new(word.span(), format!("`{name}` is given twice: keep one")));
            }
            seen.push(name);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        let Some(domain) = domain else {
            return Err(syn::Error::new(read.module.span(), "which context do the files work on? `domain = ..`"));
        };
        if word_of(&domain).is_none() {
            return Err(syn::Error::new_spanned(&domain, "the domain is a struct that derives `Context`"));
        }
        if let Some(global) = read.global.as_ref().filter(|global| word_of(global).is_none()) {
            return Err(syn::Error::new_spanned(global, "the global layer is a struct that derives `Context`"));
        }
        Ok(Self { domain, ..read })
    }
}
