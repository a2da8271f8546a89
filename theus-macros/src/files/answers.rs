//! What the items have said of themselves.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitBool, LitInt, LitStr, Path, Type, braced, bracketed, parenthesized};
use theus_lang::described::{
    ContextField, ContextText, EnumText, FieldText, Form, ProcessText, RecordText, TypeName, TypeText, VariantText,
};

use super::input::{Input, Listed};
use super::types::{alias_of, type_name};
use crate::answer::FORM;
use crate::names::plain;

/// The types of the program by their names, and its processes.
pub(super) struct Answers {
    pub(super) types: BTreeMap<String, TypeText>,
    pub(super) processes: Vec<ProcessText>,
}

impl Answers {
    /// Reads the answers to the questions that `input` has asked.
    pub(super) fn read(input: &Input, answers: Vec<TokenStream>) -> syn::Result<Self> {
        let mut read = Self { types: BTreeMap::new(), processes: Vec::new() };
        let first_process = answers.len().saturating_sub(input.processes.len());
        let mut problems: Option<syn::Error> = None;
        for ((index, path), answer) in input.questions().enumerate().zip(answers) {
            let result = syn::parse2::<Answer>(answer)
                .map_err(|_| another_version(&path))
                .and_then(|answer| read.take(&path, answer, index >= first_process));
            if let Err(error) = result {
                match &mut problems {
                    Some(problems) => problems.combine(error),
                    None => problems = Some(error),
                }
            }
        }
        for listed in &input.types {
            if let Listed::Alias(name, ty) = listed {
                let form = Form::Alias(alias_of(ty));
                read.types.insert(plain(name), TypeText { parameters: Vec::new(), form });
            }
        }
        problems.map_or(Ok(read), Err)
    }

    fn take(&mut self, path: &Path, answer: Answer, wants_process: bool) -> syn::Result<()> {
        let name = path.segments.last().map(|last| plain(&last.ident)).unwrap_or_default();
        match (answer, wants_process) {
            (Answer::Type(text), false) => {
                if self.types.get(&name).is_some_and(|other| *other != text) {
                    let message = format!("two types are called `{name}`: a file knows a type by this word alone");
                    return Err(syn::Error::new_spanned(path, message));
                }
                self.types.insert(name, text);
                Ok(())
            }
            (Answer::Process(process), true) => {
                self.processes.push(process);
                Ok(())
            }
            (Answer::Type(_), true) => {
                let message = format!("`{name}` is no process: list it under `types`");
                Err(syn::Error::new_spanned(path, message))
            }
            (Answer::Process(process), false) => {
                let message = format!("`{name}` is the process `{}`: list it under `processes`", process.name);
                Err(syn::Error::new_spanned(path, message))
            }
        }
    }
}

fn another_version(path: &Path) -> syn::Error {
    let name = path.segments.last().map(|last| plain(&last.ident)).unwrap_or_default();
    syn::Error::new_spanned(
        path,
        format!("`{name}` was built with another version of Theus: let all crates of the program have the same one"),
    )
}

enum Answer {
    Type(TypeText),
    Process(ProcessText),
}

impl Parse for Answer {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let form: LitInt = input.parse()?;
        if form.base10_parse::<u32>()? != FORM {
            return Err(syn::Error::new(form.span(), "another form"));
        }
        let kind: Ident = input.parse()?;
        let _: Ident = input.parse()?;
        let generics;
        bracketed!(generics in input);
        let mut parameters = Vec::new();
        while !generics.is_empty() {
            parameters.push(plain(&generics.parse::<Ident>()?));
        }
        let form = match kind.to_string().as_str() {
            "context" => Form::Context(context(input)?),
            "record" => Form::Record(record(input, false)?),
            "newtype" => Form::Record(record(input, true)?),
            "enumeration" => Form::Enum(enumeration(input)?),
            "process" => return Ok(Self::Process(process(input)?)),
            _ => return Err(syn::Error::new(kind.span(), "unknown")),
        };
        Ok(Self::Type(TypeText { parameters, form }))
    }
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
        let (shows, written) = shown(&field)?;
        fields.push(ContextField { field: FieldText { name, shows, written }, zone, nested });
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
    let (inputs, outputs, effects, errors) = (texts(input)?, texts(input)?, texts(input)?, texts(input)?);
    let arguments = fields_of(input)?;
    let local = fields_of(input)?.into_iter().next();
    let is_async = input.parse::<LitBool>()?.value;
    Ok(ProcessText { name, inputs, outputs, effects, errors, arguments, local, is_async })
}

/// `{ ("name" [Type] "as written") .. }`
fn fields_of(input: ParseStream<'_>) -> syn::Result<Vec<FieldText>> {
    let content;
    braced!(content in input);
    let mut fields = Vec::new();
    while !content.is_empty() {
        let field;
        parenthesized!(field in content);
        let name = field.parse::<LitStr>()?.value();
        let (shows, written) = shown(&field)?;
        fields.push(FieldText { name, shows, written });
    }
    Ok(fields)
}

fn shown(field: ParseStream<'_>) -> syn::Result<(TypeName, String)> {
    let ty;
    bracketed!(ty in field);
    let ty: Type = ty.parse()?;
    Ok((type_name(&ty), field.parse::<LitStr>()?.value()))
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
