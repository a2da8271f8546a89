//! The well-known doors to the world, which a pure body does not go through, and what no body does.
//!
//! What is certain by its words is refused here, in words that name the effect to declare: a path from `std` on, macros that
//! print, other crates by their names. About all else that a path may mean rustc is asked, see [`ask`]. What neither sees, a
//! door behind a function of another name, is for clippy's `disallowed-methods`; the documentation says so.

mod ask;
mod known;
#[cfg(test)]
mod tests;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;

use super::model::Model;
use crate::errors::Errors;
use crate::names::plain;

pub(crate) use ask::ask;
use known::{BARE, CHANGING, CRATES, FOREIGN, FUNCTIONS, PRINTING, STANDARD, what};

pub(crate) fn check(model: &Model, errors: &mut Errors) {
    Walk { pure: model.is_pure(), errors }.read(model.block.to_token_stream());
}

struct Walk<'a> {
    pure: bool,
    errors: &'a mut Errors,
}

impl Walk<'_> {
    fn read(&mut self, body: TokenStream) {
        let tokens: Vec<TokenTree> = body.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let mut next = at + 1;
            match token {
                TokenTree::Group(group) => self.read(group.stream()),
                TokenTree::Ident(word) if *word == "unsafe" => self.errors.at(
                    word,
                    "a process has no `unsafe`: what it does could not be kept to its contract; put it behind an effect",
                ),
                TokenTree::Ident(word) if *word == "thread_local" && is_punct(tokens.get(at + 1), '!') => self.no_static(word),
                TokenTree::Ident(word)
                    if *word == "static" && !is_punct(before(&tokens, at), '\'') && changes(&tokens[at + 1..]) =>
                {
                    self.no_static(word);
                }
                TokenTree::Ident(_) if self.pure && !is_continued(&tokens, at) => {
                    let words = path(&tokens, at);
                    self.pure_path(&tokens, at, &words);
                    next = at + 3 * words.len() - 2;
                }
                _ => {}
            }
            at = next;
        }
    }

    fn no_static(&mut self, word: &proc_macro2::Ident) {
        self.errors.at(
            word,
            "a process keeps nothing outside its context: a static that changes would escape rollback and replay; make it a field of `domain`, or an effect",
        );
    }

    fn pure_path(&mut self, tokens: &[TokenTree], at: usize, words: &[String]) {
        let last = at + 3 * (words.len() - 1);
        let whole: TokenStream = tokens[at..=last].iter().cloned().collect();
        let Some(name) = words.last() else { return };
        if is_punct(tokens.get(last + 1), '!') {
            if PRINTING.contains(&name.as_str()) {
                self.refuse(&whole, &format!("{name}!"), "the terminal", "log");
            }
            return;
        }
        let is_function = is_group(tokens.get(last + 1));
        let found = standard(words).or_else(|| foreign(words, is_function));
        if let Some((what, effect)) = found {
            self.refuse(&whole, &words.join("::"), what, effect);
        }
    }

    fn refuse(&mut self, tokens: &TokenStream, path: &str, what: &str, effect: &str) {
        self.errors.at(
            tokens,
            format!(
                "`{path}` reaches {what}, and this process is pure: it may be run again. Declare an effect (`effects = [{effect}]`) and go through `ctx.effects.{effect}`, or pass the value as an argument"
            ),
        );
    }
}

/// What a path goes through that begins with the standard library.
fn standard(words: &[String]) -> Option<(&'static str, &'static str)> {
    let (root, rest) = words.split_first()?;
    if !["std", "core", "alloc"].contains(&root.as_str()) {
        return None;
    }
    let named = STANDARD.iter().find(|named| (0..rest.len()).any(|from| begins(&rest[from..], named.words)));
    let function = || {
        FUNCTIONS.iter().find(|function| {
            // `std::collections::hash_map::RandomState` is `std::hash::RandomState`: the last two words tell.
            let mut words = function.path.rsplit("::").take(2);
            let (last, before) = (words.next(), words.next());
            rest.iter().rev().take(2).map(|word| Some(word.as_str())).eq([last, before])
        })
    };
    named.map(|named| (named.what, named.effect)).or_else(|| function().map(|it| (what(it.effect), it.effect)))
}

/// What a path goes through that begins with the name of another crate, or with a name that only such a crate has.
fn foreign(words: &[String], is_function: bool) -> Option<(&'static str, &'static str)> {
    let named = FOREIGN.iter().find(|named| begins(words, named.words));
    let first = words.first()?;
    let of_crate = CRATES.iter().find(|(name, ..)| words.len() == 2 && first == name);
    let bare = BARE.iter().find(|(name, ..)| words.len() == 1 && first == name);
    let listed = of_crate.or(bare).filter(|_| is_function).map(|(_, what, effect)| (*what, *effect));
    named.map(|named| (named.what, named.effect)).or(listed)
}

/// Whether a path begins with these words, of which `*` stands for any.
fn begins(words: &[String], start: &[&str]) -> bool {
    words.len() >= start.len() && words.iter().zip(start).all(|(word, start)| *start == "*" || word == start)
}

/// The words of the path that starts here: `std::fs::read` as three.
fn path(tokens: &[TokenTree], start: usize) -> Vec<String> {
    let mut words = Vec::new();
    let mut at = start;
    while let Some(TokenTree::Ident(word)) = tokens.get(at) {
        words.push(plain(word));
        if !(is_punct(tokens.get(at + 1), ':') && is_punct(tokens.get(at + 2), ':')) {
            break;
        }
        if !matches!(tokens.get(at + 3), Some(TokenTree::Ident(_))) {
            break;
        }
        at += 3;
    }
    words
}

/// Whether the word here is a field or a method, not the start of a path.
fn is_continued(tokens: &[TokenTree], at: usize) -> bool {
    is_punct(before(tokens, at), '.')
}

/// Whether `static` is followed by one that can change.
fn changes(after: &[TokenTree]) -> bool {
    if matches!(after.first(), Some(TokenTree::Ident(word)) if *word == "mut") {
        return true;
    }
    after
        .iter()
        .take_while(|token| !matches!(token, TokenTree::Punct(punct) if matches!(punct.as_char(), '=' | ';')))
        .any(|token| match token {
            TokenTree::Ident(word) => {
                let word = plain(word);
                CHANGING.contains(&word.as_str()) || word.starts_with("Atomic")
            }
            _ => false,
        })
}

fn before(tokens: &[TokenTree], at: usize) -> Option<&TokenTree> {
    at.checked_sub(1).and_then(|at| tokens.get(at))
}

fn is_punct(token: Option<&TokenTree>, character: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == character)
}

fn is_group(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Group(group)) if group.delimiter() == proc_macro2::Delimiter::Parenthesis)
}
