//! The well-known doors to the world, which a pure body does not go through, and what no body does.
//!
//! This reads syntax, not meaning: a door behind a function of another name is not seen. The documentation says so.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;

use super::model::Model;
use crate::errors::Errors;

/// What lies behind a door, and the effect to declare for it.
struct Door {
    /// The path's words; `*` stands for any word.
    path: &'static [&'static str],
    what: &'static str,
    effect: &'static str,
}

const fn door(path: &'static [&'static str], what: &'static str, effect: &'static str) -> Door {
    Door { path, what, effect }
}

const DOORS: &[Door] = &[
    door(&["fs", "*"], "the file system", "files"),
    door(&["File", "*"], "the file system", "files"),
    door(&["OpenOptions", "*"], "the file system", "files"),
    door(&["TcpStream", "*"], "the network", "network"),
    door(&["TcpListener", "*"], "the network", "network"),
    door(&["UdpSocket", "*"], "the network", "network"),
    door(&["UnixStream", "*"], "the network", "network"),
    door(&["UnixListener", "*"], "the network", "network"),
    door(&["reqwest", "*"], "the network", "network"),
    door(&["tokio", "net"], "the network", "network"),
    door(&["env", "var"], "the environment", "environment"),
    door(&["env", "vars"], "the environment", "environment"),
    door(&["env", "var_os"], "the environment", "environment"),
    door(&["env", "vars_os"], "the environment", "environment"),
    door(&["env", "args"], "the environment", "environment"),
    door(&["env", "args_os"], "the environment", "environment"),
    door(&["env", "set_var"], "the environment", "environment"),
    door(&["env", "remove_var"], "the environment", "environment"),
    door(&["env", "current_dir"], "the environment", "environment"),
    door(&["env", "current_exe"], "the environment", "environment"),
    door(&["env", "temp_dir"], "the environment", "environment"),
    door(&["process", "exit"], "the operating system's processes", "system"),
    door(&["process", "abort"], "the operating system's processes", "system"),
    door(&["process", "id"], "the operating system's processes", "system"),
    door(&["Command", "new"], "the operating system's processes", "system"),
    door(&["tokio", "process"], "the operating system's processes", "system"),
    door(&["Instant", "now"], "the clock", "clock"),
    door(&["SystemTime", "now"], "the clock", "clock"),
    door(&["Utc", "now"], "the clock", "clock"),
    door(&["Local", "now"], "the clock", "clock"),
    door(&["Zoned", "now"], "the clock", "clock"),
    door(&["Timestamp", "now"], "the clock", "clock"),
    door(&["OffsetDateTime", "now_utc"], "the clock", "clock"),
    door(&["OffsetDateTime", "now_local"], "the clock", "clock"),
    door(&["tokio", "time"], "the clock", "clock"),
    door(&["thread", "spawn"], "threads", "workers"),
    door(&["thread", "scope"], "threads", "workers"),
    door(&["thread", "sleep"], "threads", "workers"),
    door(&["thread", "park"], "threads", "workers"),
    door(&["thread", "yield_now"], "threads", "workers"),
    door(&["thread", "current"], "threads", "workers"),
    door(&["thread", "Builder"], "threads", "workers"),
    door(&["tokio", "spawn"], "threads", "workers"),
    door(&["tokio", "task"], "threads", "workers"),
    door(&["rayon", "*"], "threads", "workers"),
    door(&["io", "stdin"], "the terminal", "terminal"),
    door(&["io", "stdout"], "the terminal", "terminal"),
    door(&["io", "stderr"], "the terminal", "terminal"),
    door(&["rand", "random"], "chance", "random"),
    door(&["rand", "random_range"], "chance", "random"),
    door(&["rand", "random_bool"], "chance", "random"),
    door(&["rand", "rng"], "chance", "random"),
    door(&["rand", "thread_rng"], "chance", "random"),
    door(&["getrandom", "*"], "chance", "random"),
    door(&["Uuid", "new_v4"], "chance", "random"),
    door(&["Uuid", "now_v7"], "chance", "random"),
];

/// Functions that are doors by their bare name.
const BARE: &[(&str, &str, &str)] = &[("thread_rng", "chance", "random")];

const PRINTING: &[&str] = &["println", "print", "eprintln", "eprint", "dbg"];

/// Words in the type of a static that can change.
const CHANGING: &[&str] =
    &["Mutex", "RwLock", "Cell", "RefCell", "UnsafeCell", "OnceCell", "OnceLock", "LazyCell", "LazyLock"];

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
        let found = DOORS.iter().find(|door| {
            words
                .windows(door.path.len())
                .any(|part| part.iter().zip(door.path).all(|(word, door)| *door == "*" || word == door))
        });
        if let Some(door) = found {
            return self.refuse(&whole, &words.join("::"), door.what, door.effect);
        }
        let is_function = is_group(tokens.get(last + 1));
        if is_function && words.len() == 2 && words[0] == "fastrand" {
            return self.refuse(&whole, &words.join("::"), "chance", "random");
        }
        if let Some((_, what, effect)) = BARE.iter().find(|(bare, ..)| is_function && words.len() == 1 && name == bare)
        {
            self.refuse(&whole, name, what, effect);
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

/// The words of the path that starts here: `std::fs::read` as three.
fn path(tokens: &[TokenTree], start: usize) -> Vec<String> {
    let mut words = Vec::new();
    let mut at = start;
    while let Some(TokenTree::Ident(word)) = tokens.get(at) {
        words.push(word.to_string());
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
                let word = word.to_string();
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
