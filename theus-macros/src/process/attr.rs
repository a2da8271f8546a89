//! Reads `#[process(inputs = [..], outputs = [..], ..)]`.

use proc_macro2::{Ident, TokenStream};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Path, Token, Type, bracketed};

use super::path::{Asked, ContextPath};
use crate::errors::Errors;
use crate::names::{nearest, plain};

const KNOWN: [&str; 10] =
    ["inputs", "outputs", "updates", "effects", "messages", "errors", "local", "blocking", "command", "crate"];

/// What people write who come from elsewhere, and what it is called here, where the two are not spelled nearly alike.
const SYNONYMS: [(&str, &str); 25] = [
    ("reads", "inputs"),
    ("read", "inputs"),
    ("params", "inputs"),
    ("writes", "outputs"),
    ("write", "outputs"),
    ("changes", "updates"),
    ("modifies", "updates"),
    ("inout", "updates"),
    ("returns", "outputs"),
    ("side_effects", "effects"),
    ("ports", "effects"),
    ("sends", "messages"),
    ("outbox", "messages"),
    ("emits", "messages"),
    ("raises", "errors"),
    ("throws", "errors"),
    ("fails", "errors"),
    ("fails_with", "errors"),
    ("scratch", "local"),
    ("blocks", "blocking"),
    ("spawn_blocking", "blocking"),
    ("unblock", "blocking"),
    ("thread", "blocking"),
    ("name", "command"),
    ("rename", "command"),
];

/// What is meant by a word that is no option.
fn meant(name: &str) -> String {
    match SYNONYMS.iter().find(|(word, _)| *word == name) {
        Some((_, option)) => format!("did you mean `{option}`?\nthe options are: {}", KNOWN.join(", ")),
        None => match nearest(name, KNOWN) {
            Some(option) => format!("did you mean `{option}`?\nthe options are: {}", KNOWN.join(", ")),
            None => format!("the options are: {}", KNOWN.join(", ")),
        },
    }
}

/// The options as written.
pub(crate) struct Options {
    /// Whether all of it could be read.
    pub(crate) is_whole: bool,
    pub(crate) inputs: Vec<ContextPath>,
    pub(crate) outputs: Vec<ContextPath>,
    pub(crate) effects: Vec<Ident>,
    /// The types of messages that it may send.
    pub(crate) messages: Vec<Type>,
    pub(crate) errors: Vec<Type>,
    /// The word `errors`, where the list was given.
    pub(crate) errors_word: Option<Ident>,
    pub(crate) local: Option<Type>,
    /// The word `blocking`, where it was said.
    pub(crate) blocking: Option<Ident>,
    /// What the command is to be called, where the function's name will not do.
    pub(crate) command: Option<Ident>,
    pub(crate) krate: Path,
}

impl Options {
    pub(crate) fn read(attribute: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Self {
            is_whole: true,
            inputs: Vec::new(),
            outputs: Vec::new(),
            effects: Vec::new(),
            messages: Vec::new(),
            errors: Vec::new(),
            errors_word: None,
            local: None,
            blocking: None,
            command: None,
            krate: syn::parse_quote!(::theus_core),
        };
        let result = (|input: ParseStream<'_>| options.parse(input, errors)).parse2(attribute);
        options.is_whole = errors.take(result).is_some();
        options
    }

    fn parse(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let mut seen: Vec<String> = Vec::new();
        let mut updates = Vec::new();
        while !input.is_empty() {
            let word: Ident = if input.peek(Token![crate]) {
                let token: Token![crate] = input.parse()?;
                Ident::new("crate", token.span)
            } else {
                input.parse()?
            };
            let name = plain(&word);
            if !KNOWN.contains(&name.as_str()) {
                let help = meant(&name);
                return Err(syn::Error::new(word.span(), format!("unknown option `{name}`; {help}")));
            }
            let is_again = seen.contains(&name);
            if name == "blocking" {
                if is_again {
                    errors.at(&word, "`blocking` is given twice: keep one");
                }
                self.says_blocking(word, input, errors)?;
                seen.push(name);
                continue;
            }
            if is_again {
                errors.at(&word, format!("`{name}` is given twice: put everything into one list"));
            }
            input.parse::<Token![=]>().map_err(|error| {
                syn::Error::new(error.span(), format!("expected `=` after `{name}`: write `{name} = ..`"))
            })?;
            if name == "updates" {
                updates.extend(list(input, &name, ContextPath::parse)?);
            } else {
                self.value(&name, &word, input)?;
            }
            seen.push(name);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        self.updates(updates, errors);
        Ok(())
    }

    /// What is read and changed is both.
    fn updates(&mut self, updates: Vec<ContextPath>, errors: &mut Errors) {
        for path in updates {
            let text = path.text();
            if path.asked != Asked::Bare {
                let help = format!("list `{text}` under `outputs`, and with its zone under `inputs`");
                errors.at(&path, format!("`updates` is for data: {help}"));
                continue;
            }
            for (list, word) in [(&mut self.inputs, "inputs"), (&mut self.outputs, "outputs")] {
                if let Some(again) = list.iter().find(|other| other.text() == text) {
                    errors.at(again, format!("`{text}` is under `updates`, which is both: remove it from `{word}`"));
                } else {
                    list.push(path.clone());
                }
            }
        }
    }

    /// A word that stands by itself.
    fn says_blocking(&mut self, word: Ident, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        if let Some(sign) = input.parse::<Option<Token![=]>>()? {
            errors.at(
                &sign,
                "`blocking` takes nothing: write `blocking` where the body blocks its thread, or leave it out",
            );
            input.parse::<syn::Expr>()?;
        }
        self.blocking.get_or_insert(word);
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        Ok(())
    }

    fn value(&mut self, name: &str, word: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        match name {
            "inputs" => self.inputs.extend(list(input, name, ContextPath::parse)?),
            "outputs" => self.outputs.extend(list(input, name, ContextPath::parse)?),
            "effects" => self.effects.extend(list(input, name, |input| input.parse::<Ident>())?),
            "messages" => self.messages.extend(list(input, name, |input| input.parse::<Type>())?),
            "errors" => {
                self.errors.extend(list(input, name, |input| input.parse::<Type>())?);
                self.errors_word = Some(word.clone());
            }
            "local" => self.local = Some(input.parse()?),
            "command" => self.command = Some(command(input)?),
            _ => self.krate = Path::parse_mod_style(input)?,
        }
        Ok(())
    }
}

fn command(input: ParseStream<'_>) -> syn::Result<Ident> {
    let name: Ident = input.parse().map_err(|error| {
        syn::Error::new(error.span(), "`command` is the name of a struct: write `command = PlaceOrder`")
    })?;
    Ok(name)
}

fn list<T>(input: ParseStream<'_>, name: &str, item: fn(ParseStream<'_>) -> syn::Result<T>) -> syn::Result<Vec<T>> {
    if !input.peek(syn::token::Bracket) {
        return Err(input.error(format!("`{name}` is a list: write `{name} = [..]`")));
    }
    let content;
    bracketed!(content in input);
    Ok(Punctuated::<T, Token![,]>::parse_terminated_with(&content, item)?.into_iter().collect())
}
