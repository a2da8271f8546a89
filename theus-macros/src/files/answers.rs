//! What the items have said of themselves.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitBool, LitInt, LitStr, Path, Token, Type, braced, bracketed, parenthesized};
use theus_lang::described::{
    ContextField, ContextText, EnumText, FieldText, Form, ProcessText, RecordText, TypeName, TypeText, VariantText,
};
use theus_lang::source::Fragment;

use super::input::{Input, Listed, Question, Wanted};
use super::place::{Place, bundle};
use super::types::{alias_of, type_name};
use crate::answer::{FORM, VERSION};
use crate::names::plain;

/// The types of the program by their names, and its processes.
pub(super) struct Answers {
    pub(super) types: BTreeMap<String, TypeText>,
    pub(super) processes: Vec<ProcessText>,
    pub(super) fragments: Vec<Fragment>,
}

impl Answers {
    /// Reads the answers to the questions that `input` has asked.
    pub(super) fn read(input: &Input, answers: Vec<TokenStream>) -> syn::Result<Self> {
        let mut read = Self { types: BTreeMap::new(), processes: Vec::new(), fragments: Vec::new() };
        let mut problems: Option<syn::Error> = None;
        let mut elsewhere: Vec<(Path, Option<String>)> = Vec::new();
        for (Question { path, wanted }, answer) in input.questions().zip(answers) {
            let result = match syn::parse2::<Said>(answer) {
                Ok(Said::Here(answer)) => read.take(&path, *answer, wanted),
                Ok(Said::Elsewhere(version)) => {
                    elsewhere.push((path, version));
                    Ok(())
                }
                Err(error) => Err(unreadable(&path, &error)),
            };
            if let Err(error) = result {
                match &mut problems {
                    Some(problems) => problems.combine(error),
                    None => problems = Some(error),
                }
            }
        }
        if let Some(error) = another_version(&elsewhere) {
            return Err(error);
        }
        for listed in &input.types {
            if let Listed::Alias(name, ty) = listed {
                let form = Form::Alias(alias_of(ty));
                read.types.insert(plain(name), TypeText { parameters: Vec::new(), form });
            }
        }
        problems.map_or(Ok(read), Err)
    }

    fn take(&mut self, path: &Path, answer: Answer, wanted: Wanted) -> syn::Result<()> {
        let name = word(path);
        let refused = |message: String| Err(syn::Error::new_spanned(path, message));
        match (answer, wanted) {
            (Answer::Type(text), Wanted::Type) => {
                if self.types.get(&name).is_some_and(|other| *other != text) {
                    let message = format!("two types are called `{name}`: a file knows a type by this word alone");
                    return Err(syn::Error::new_spanned(path, message));
                }
                self.types.insert(name, text);
                Ok(())
            }
            (Answer::Process(process), Wanted::Process) => {
                self.processes.push(*process);
                Ok(())
            }
            (Answer::Place(place), Wanted::Place) => {
                self.processes.last_mut().into_iter().for_each(|process| place.put(process));
                Ok(())
            }
            (Answer::Fragment(fragment), Wanted::Fragment) => {
                if self.fragments.iter().any(|other| other.name() == fragment.name() && *other != fragment) {
                    let name = fragment.name();
                    return refused(format!("two fragments are called `{name}`: files include a fragment by its name"));
                }
                self.fragments.push(fragment);
                Ok(())
            }
            (Answer::Fragment(_), _) => refused(format!("`{name}` is a fragment: list it under `fragments`")),
            (_, Wanted::Fragment) => refused(format!("`{name}` is no fragment: those are what `fragment!` makes")),
            (Answer::Type(_), Wanted::Process) => refused(format!("`{name}` is no process: list it under `types`")),
            (Answer::Process(process), Wanted::Type) => {
                refused(format!("`{name}` is the process `{}`: list it under `processes`", process.name))
            }
            (Answer::Place(_), Wanted::Type | Wanted::Process) => refused(format!(
                "`{name}` is where processes are mounted: list each that is, under `processes`, as `At<Process, {name}>`"
            )),
            (Answer::Bundle(processes), _) => {
                let list = processes.iter().map(|process| format!("`{process}`")).collect::<Vec<_>>().join(", ");
                refused(format!("`{name}` is a bundle: list its processes one by one, under `processes`: {list}"))
            }
            (Answer::Type(_) | Answer::Process(_), Wanted::Place) => {
                refused(format!("`{name}` is no place: `At<Process, Place>` has what `mount!` makes at its end"))
            }
        }
    }
}

/// Of whom the answers are of another Theus: one error, however many they are. A crate is built with one version.
fn another_version(elsewhere: &[(Path, Option<String>)]) -> Option<syn::Error> {
    let (first, version) = elsewhere.first()?;
    let names: BTreeSet<_> = elsewhere.iter().map(|(path, _)| format!("`{}`", word(path))).collect();
    let names: Vec<_> = names.into_iter().collect();
    let (names, are) = (names.join(", "), if names.len() == 1 { "is" } else { "are" });
    let theirs = version.as_ref().map_or_else(|| "another Theus".to_owned(), |version| format!("Theus {version}"));
    let message = format!(
        "{names} {are} of a crate that was built with {theirs}, and this is Theus {VERSION}\nlet all crates of the program name the same version of `theus-core`: `cargo tree --invert theus-core` says which one names which"
    );
    Some(syn::Error::new_spanned(first, message))
}

fn unreadable(path: &Path, error: &syn::Error) -> syn::Error {
    let name = word(path);
    syn::Error::new_spanned(
        path,
        format!(
            "what `{name}` says of itself cannot be read: {error}\nit is for an item with `#[process]`, `#[derive(Context)]` or `#[derive(Inspect)]` to say"
        ),
    )
}

fn word(path: &Path) -> String {
    path.segments.last().map(|last| plain(&last.ident)).unwrap_or_default()
}

/// An answer, and of which Theus it is.
enum Said {
    Here(Box<Answer>),
    /// Of another version, as far as it says which.
    Elsewhere(Option<String>),
}

impl Parse for Said {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let form: LitInt = input.parse()?;
        let version: Option<LitStr> = input.parse().ok();
        let version = version.map(|version| version.value());
        if form.base10_parse::<u32>().ok() == Some(FORM) && version.as_deref() == Some(VERSION) {
            return Ok(Self::Here(input.parse()?));
        }
        input.parse::<TokenStream>()?;
        Ok(Self::Elsewhere(version))
    }
}

enum Answer {
    Type(TypeText),
    Process(Box<ProcessText>),
    Place(Place),
    /// Its processes, as they are written there.
    Bundle(Vec<String>),
    Fragment(Fragment),
}

impl Parse for Answer {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let kind: Ident = input.parse()?;
        let name = plain(&input.parse()?);
        let generics;
        bracketed!(generics in input);
        let (mut parameters, mut unknown) = (Vec::new(), Vec::new());
        while !generics.is_empty() {
            let is_unknown = generics.parse::<Option<Token![?]>>()?.is_some();
            let parameter = plain(&generics.parse()?);
            if is_unknown {
                unknown.push((parameter.clone(), unbounded(&name, &parameter)));
            }
            parameters.push(parameter);
        }
        let form = match kind.to_string().as_str() {
            "context" => {
                let mut context = context(input)?;
                for field in context.fields.iter_mut().filter(|field| !field.nested) {
                    unknown.iter().for_each(|(parameter, word)| put(&mut field.field.shows, parameter, word));
                }
                Form::Context(context)
            }
            "record" => Form::Record(record(input, false)?),
            "newtype" => Form::Record(record(input, true)?),
            "enumeration" => Form::Enum(enumeration(input)?),
            "process" => return Ok(Self::Process(Box::new(process(input)?))),
            "place" => return Place::read(input).map(Self::Place),
            "bundle" => return bundle(input).map(Self::Bundle),
            "fragment" => return fragment(input).map(Self::Fragment),
            _ => return Err(syn::Error::new(kind.span(), "unknown")),
        };
        Ok(Self::Type(TypeText { parameters, form }))
    }
}

/// Begins the words for a parameter into which rules cannot look, and stands before no name of a type.
pub(super) const UNBOUNDED: char = '?';

fn unbounded(name: &str, parameter: &str) -> String {
    format!("{UNBOUNDED}the parameter `{parameter}` of `{name}`")
}

/// Puts another word in the place of a parameter.
fn put(ty: &mut TypeName, parameter: &str, word: &str) {
    if ty.word == parameter && ty.arguments.is_empty() {
        word.clone_into(&mut ty.word);
    }
    ty.arguments.iter_mut().for_each(|argument| put(argument, parameter, word));
}

/// `"motor" "rules/motor.yaml" "the text"`, which is kept for as long as the compiler runs.
fn fragment(input: ParseStream<'_>) -> syn::Result<Fragment> {
    let text = || Ok::<&'static str, syn::Error>(input.parse::<LitStr>()?.value().leak());
    Ok(Fragment::new(text()?, text()?, text()?))
}

fn context(input: ParseStream<'_>) -> syn::Result<ContextText> {
    let version = input.parse::<LitInt>()?.base10_parse()?;
    let content;
    braced!(content in input);
    let mut fields = Vec::new();
    while !content.is_empty() {
        let field;
        parenthesized!(field in content);
        let name = field.parse::<LitStr>()?.value();
        let zone = match field.parse::<LitStr>()?.value().as_str() {
            "signal" => theus_lang::described::Zone::Signal,
            "meta" => theus_lang::described::Zone::Meta,
            _ => theus_lang::described::Zone::Data,
        };
        let nested = field.parse::<LitBool>()?.value;
        let shown = shown(name, &field)?;
        let events = if field.peek(Ident) {
            field.parse::<Ident>()?;
            Some(field.parse::<LitStr>()?.value())
        } else {
            None
        };
        fields.push(ContextField { field: shown, zone, nested, events });
    }
    Ok(ContextText { version, fields, methods: fields_of(input)? })
}

fn record(input: ParseStream<'_>, transparent: bool) -> syn::Result<RecordText> {
    Ok(RecordText { fields: fields_of(input)?, methods: fields_of(input)?, transparent })
}

fn enumeration(input: ParseStream<'_>) -> syn::Result<EnumText> {
    let content;
    braced!(content in input);
    let mut variants = Vec::new();
    while !content.is_empty() {
        let variant;
        parenthesized!(variant in content);
        variants.push(VariantText { name: variant.parse::<LitStr>()?.value(), fields: fields_of(&variant)? });
    }
    Ok(EnumText { variants, methods: fields_of(input)? })
}

fn process(input: ParseStream<'_>) -> syn::Result<ProcessText> {
    let name = input.parse::<LitStr>()?.value();
    let (inputs, outputs, effects) = (texts(input)?, texts(input)?, texts(input)?);
    let (errors, arguments) = (fields_of(input)?, fields_of(input)?);
    let local = fields_of(input)?.into_iter().next();
    let (is_async, is_blocking) = (input.parse::<LitBool>()?.value, input.parse::<LitBool>()?.value);
    let gives = fields_of(input)?.into_iter().next();
    Ok(ProcessText { name, inputs, outputs, effects, errors, arguments, local, is_async, is_blocking, gives })
}

/// `{ ("name" [Type] "as written" "unit") .. }`, the last where there is one.
fn fields_of(input: ParseStream<'_>) -> syn::Result<Vec<FieldText>> {
    let content;
    braced!(content in input);
    let mut fields = Vec::new();
    while !content.is_empty() {
        let field;
        parenthesized!(field in content);
        let name = field.parse::<LitStr>()?.value();
        fields.push(shown(name, &field)?);
    }
    Ok(fields)
}

fn shown(name: String, field: ParseStream<'_>) -> syn::Result<FieldText> {
    let ty;
    bracketed!(ty in field);
    let ty: Type = ty.parse()?;
    let written = field.parse::<LitStr>()?.value();
    let unit = field.parse::<Option<LitStr>>()?.map(|unit| unit.value());
    Ok(FieldText { name, shows: type_name(&ty), written, unit })
}

fn texts(input: ParseStream<'_>) -> syn::Result<Vec<String>> {
    let content;
    bracketed!(content in input);
    let mut texts = Vec::new();
    while !content.is_empty() {
        texts.push(content.parse::<LitStr>()?.value());
    }
    Ok(texts)
}
