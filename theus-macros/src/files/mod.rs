//! `files!`: recipes and workflows checked while the program is compiled, by the loader that it runs with.
//!
//! A macro sees the names of types, not the types. So each item that `files!` names is asked for what it says of itself, one after
//! the other: the question is a call of the macro that has the item's own name, and its answer comes back to [`answered`].

mod answers;
mod check;
mod expand;
mod input;
mod place;
mod types;

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};

use answers::Answers;
use input::Input;

pub(crate) fn files(tokens: TokenStream) -> TokenStream {
    goes_on(tokens, Vec::new())
}

/// What was asked for by now, and one answer more.
pub(crate) fn answered(tokens: TokenStream) -> TokenStream {
    match syn::parse2::<State>(tokens) {
        Ok(State { input, answers }) => goes_on(input, answers),
        Err(error) => error.to_compile_error(),
    }
}

struct State {
    input: TokenStream,
    answers: Vec<TokenStream>,
}

impl Parse for State {
    fn parse(tokens: ParseStream<'_>) -> syn::Result<Self> {
        let (input, known);
        syn::braced!(input in tokens);
        syn::bracketed!(known in tokens);
        let mut answers = Vec::new();
        while !known.is_empty() {
            let answer;
            syn::braced!(answer in known);
            answers.push(answer.parse()?);
        }
        let answer;
        syn::braced!(answer in tokens);
        answers.push(answer.parse()?);
        Ok(Self { input: input.parse()?, answers })
    }
}

fn goes_on(tokens: TokenStream, known: Vec<TokenStream>) -> TokenStream {
    let input: Input = match syn::parse2(tokens.clone()) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    if let Some(question) = input.questions().nth(known.len()) {
        let (path, krate) = (question.path, &input.krate);
        return quote!(#path ! { [#krate::__private::files_answered] { { #tokens } [#({ #known })*] } });
    }
    match Answers::read(&input, known) {
        Ok(answers) => {
            let told = check::check(&input, answers);
            expand::module(&input, true, &told)
        }
        Err(error) => expand::module(&input, false, &error.to_compile_error()),
    }
}
