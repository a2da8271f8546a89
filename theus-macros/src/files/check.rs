//! Runs the loader, and tells at each file's literal what it says.

use std::collections::BTreeSet;
use std::path::PathBuf;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::LitStr;
use syn::spanned::Spanned;
use theus_lang::audit::Recipe;
use theus_lang::described::{Described, Program};
use theus_lang::source::{Document, Fragment, LocatedProblem, Severity, SourceError, SourceFile};
use theus_lang::workflow::{self, file};

use super::answers::{Answers, UNBOUNDED};
use super::input::Input;
use super::types::type_name;

/// Everything that is wrong with the files, and every warning.
pub(super) fn check(input: &Input, answers: Answers) -> TokenStream {
    let names: Vec<String> = answers.processes.iter().map(|process| process.name.clone()).collect();
    let program = Program {
        domain: type_name(&input.domain),
        global: input.global.as_ref().map(type_name),
        types: answers.types,
        processes: answers.processes,
    };
    let described = match Described::of(program) {
        Ok(described) => described,
        Err(message) => return syn::Error::new_spanned(&input.domain, message).to_compile_error(),
    };
    let mut told = recipes(&input.recipes, &answers.fragments, &described);
    let mut named = Named::default();
    told.extend(
        input.workflows.iter().map(|workflow| self::workflow(workflow, &answers.fragments, &described, &mut named)),
    );
    told.extend(have_json(input, &names, &named));
    told
}

fn recipes(literals: &[LitStr], fragments: &[Fragment], described: &Described) -> TokenStream {
    let mut told = TokenStream::new();
    let mut documents = Vec::new();
    for literal in literals {
        match document(literal) {
            Ok(document) => documents.push(document),
            Err(tokens) => told.extend(tokens),
        }
    }
    if documents.len() < literals.len() || documents.is_empty() {
        return told;
    }
    let loaded = Recipe::load_including(&documents, fragments, &described.catalog);
    if let Some(unlisted) = unlisted(literals, &described.unlisted()) {
        return unlisted;
    }
    match loaded {
        Ok(recipe) => problems(literals, recipe.warnings()),
        Err(error) => all(literals, &error),
    }
}

/// What the workflows look at of processes, which has to have JSON.
#[derive(Default)]
struct Named {
    /// The processes whose returns they name.
    returns: BTreeSet<&'static str>,
    /// The processes whose only error they look at. Of one with several the type of each is known to its own crate alone: there it is
    /// the loader that tells.
    errors: BTreeSet<&'static str>,
}

fn workflow(literal: &LitStr, fragments: &[Fragment], described: &Described, named: &mut Named) -> TokenStream {
    let document = match document(literal) {
        Ok(document) => document,
        Err(tokens) => return tokens,
    };
    let literals = std::slice::from_ref(literal);
    let loaded = file::load_including(&document, fragments, &workflow::Catalog::from(described.catalog.clone()));
    if let Some(unlisted) = unlisted(literals, &described.unlisted()) {
        return unlisted;
    }
    match loaded {
        Ok(definition) => {
            named.returns.extend(definition.named_results());
            let is_only = |process: &str| {
                let found = described.catalog.processes.iter().find(|entry| entry.contract.process == process);
                found.is_some_and(|entry| entry.contract.errors.len() == 1)
            };
            let looked_at = definition.errors_looked_at().map(|(process, _)| process);
            named.errors.extend(looked_at.filter(|process| is_only(process)));
            problems(literals, definition.warnings())
        }
        Err(error) => all(literals, &error),
    }
}

/// What a process returns, or fails with, has JSON where a workflow looks at it: rustc alone knows that.
fn have_json(input: &Input, names: &[String], named: &Named) -> TokenStream {
    let krate = &input.krate;
    let listed = |of: &BTreeSet<&'static str>| {
        input
            .processes
            .iter()
            .zip(names)
            .filter(|(_, name)| of.contains(name.as_str()))
            .map(|(path, _)| path)
            .collect::<Vec<_>>()
    };
    let returns = listed(&named.returns).into_iter().map(|path| {
        quote_spanned!(path.span()=> const _: fn() = #krate::__private::has_json::<<#path as #krate::Process>::Output>;)
    });
    let errors = listed(&named.errors).into_iter().map(|path| {
        quote_spanned!(path.span()=> const _: fn() = #krate::__private::error_has_json::<<#path as #krate::Process>::Error>;)
    });
    returns.chain(errors).collect()
}

/// Where a file is: beside the manifest of the package that is compiled.
pub(super) fn path_of(literal: &LitStr) -> PathBuf {
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    folder.join(literal.value())
}

fn document(literal: &LitStr) -> Result<Document, TokenStream> {
    let path = path_of(literal);
    let literals = std::slice::from_ref(literal);
    let file = SourceFile::read(&path).map_err(|refused| {
        let full = path.display().to_string();
        let said = refused.to_string().replace(&full, &literal.value());
        let said = said.split_once("]: ").map_or(said.as_str(), |(_, said)| said);
        error(literal.span(), &format!("{said}\nlooked for it beside this package's Cargo.toml: {full}"))
    })?;
    Document::parse(file.called(literal.value())).map_err(|error| all(literals, &error))
}

/// What a file asks of types of which nothing but the name is known.
fn unlisted(literals: &[LitStr], words: &BTreeSet<String>) -> Option<TokenStream> {
    let last = literals.last()?;
    let (parameters, words): (Vec<&str>, Vec<&str>) =
        words.iter().map(String::as_str).partition(|word| word.starts_with(UNBOUNDED));
    let told = parameters.iter().map(|parameter| {
        let parameter = parameter.trim_start_matches(UNBOUNDED);
        let message = format!("the file asks about values of {parameter}, into which no rule can look\ndeclare it with the bound `Inspect`: where the type is declared, nothing else is known of it");
        error(last.span(), &message)
    });
    let mut told: TokenStream = told.collect();
    if let Some(first) = words.first() {
        let names = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        let list = words.join(", ");
        let foreign = words.iter().find_map(|word| Some((word, crate_of(word)?)));
        let foreign = foreign.map(|(word, of)| format!(", `{word} = {of}::{word}` where it is the one of that crate"));
        let foreign = foreign.unwrap_or_default();
        let message = format!(
            "the file asks about values of {names}, of which only the name is known here\nput into the list `types`: `{list}` for a type of your own that derives `Inspect` or `Context`, `{first} = i64` for another name of a type, or for what one shows{foreign}"
        );
        told.extend(error(last.span(), &message));
    }
    (!told.is_empty()).then_some(told)
}

/// A crate with a type of this name that rules know.
fn crate_of(word: &str) -> Option<&'static str> {
    match word {
        "Decimal" => Some("rust_decimal"),
        "Uuid" => Some("uuid"),
        "DateTime" | "NaiveDateTime" | "NaiveDate" | "NaiveTime" | "TimeDelta" => Some("chrono"),
        "Timestamp" | "Zoned" | "Date" | "Time" | "SignedDuration" => Some("jiff"),
        _ => None,
    }
}

fn all(literals: &[LitStr], refused: &SourceError) -> TokenStream {
    let mut told = problems(literals, refused.problems());
    if let (more @ 1.., Some(last)) = (refused.omitted(), literals.last()) {
        told.extend(error(last.span(), &format!("… and {more} more")));
    }
    told
}

/// Each problem at the literal of its own file.
fn problems(literals: &[LitStr], problems: &[LocatedProblem]) -> TokenStream {
    let told = problems.iter().map(|problem| {
        let literal = literals.iter().find(|literal| literal.value() == problem.file).or_else(|| literals.first());
        let span = literal.map_or_else(Span::call_site, LitStr::span);
        let drawn = problem.to_string();
        match problem.severity {
            Severity::Error => error(span, drawn.strip_prefix("error").unwrap_or(&drawn)),
            Severity::Warning => warning(span, drawn.strip_prefix("warning").unwrap_or(&drawn)),
        }
    });
    told.collect()
}

fn error(span: Span, message: &str) -> TokenStream {
    quote_spanned!(span=> ::core::compile_error!(#message);)
}

/// A stable macro can warn by way of something deprecated alone.
fn warning(span: Span, message: &str) -> TokenStream {
    let used = quote_spanned!(span=> file);
    quote! {
        const _: () = {
            #[allow(non_upper_case_globals)]
            #[deprecated(note = #message)]
            const file: () = ();
            #used
        };
    }
}
