//! Names that stand for something else: states, events, errors.

use std::collections::BTreeMap;

use super::called;
use super::code;
use super::foreign;
use super::length::{LONGEST_NAME, short, too_long};
use super::outline::{Found, Outline};
use super::reading::Reading;
use super::sources::Source;
use crate::condition::{States, UnknownState};
use crate::process::Contract;
use crate::signal::EventName;
use crate::source::{Locator, NodePath, Problem, Value, did_you_mean};
use crate::workflow::chart::{StateId, TIMEOUT};

/// How many names a suggestion is looked for among.
pub(super) const MOST_COMPARED: usize = 1_000;

/// Words that tools for YAML 1.1 read as true and false.
const YAML_WORDS: [&str; 4] = ["on", "off", "yes", "no"];

impl<'a> Reading<'a> {
    /// The state that a value names.
    pub(super) fn target(&mut self, value: &Value, at: &NodePath, what: &str) -> Option<StateId> {
        if let Value::Sequence(_) = value {
            self.diagnostics.lost_ways = true;
            self.diagnostics.error(code::WRONG_KIND, || {
                Problem::new(at.clone(), format!("{what} must be the name of a state")).label("this is a list").help(
                    "a transition leads into several regions by `to: [A, B]`; of several candidates in a list, `[{ to: A, when: \"..\" }, B]`, the first is taken whose `when` holds",
                )
            });
            return None;
        }
        let name = self.diagnostics.text(value, at, what, "the name of a state");
        let found = name.map(|name| (name, self.whole.find(&self.outline, name, at)));
        let name = match found {
            Some((_, Found::One(id))) => return Some(id),
            Some((name, Found::Several(several))) => {
                self.diagnostics.lost_ways = true;
                self.diagnostics.error(code::SAME_NAME, || called::ambiguous(name, &several, at.clone()));
                return None;
            }
            Some((name, Found::None)) => name,
            None => {
                self.diagnostics.lost_ways = true;
                return None;
            }
        };
        self.diagnostics.lost_ways = true;
        let (whole, outline) = (self.whole, &self.outline);
        self.diagnostics.error(code::UNKNOWN_STATE, || {
            let is_known = |name: &str| matches!(whole.find(outline, name, at), Found::One(_));
            let help = match foreign::state(name, is_known) {
                Some(state) => Some(format!("write `{state}`: the name of a state leads to it from anywhere")),
                None => did_you_mean(name, whole.called(outline.names.keys().map(|name| &**name), at, MOST_COMPARED)),
            };
            Problem::new(at.clone(), format!("unknown state `{name}`"))
                .label("no such state in this workflow")
                .help(help.unwrap_or_default())
        });
        None
    }

    /// The event of a name.
    pub(super) fn event(&mut self, written: &str, at: &NodePath) -> Option<EventName> {
        if self.is_too_long(written, at) {
            return None;
        }
        match EventName::parse(written) {
            Ok(event) => Some(match self.whole.part(at) {
                Some(part) => part.event(event),
                None => event,
            }),
            Err(error) => {
                let sources = &self.sources;
                self.diagnostics.lost_ways = true;
                self.diagnostics.error(code::NOT_AN_EVENT, || {
                    Problem::new(at.clone(), error.to_string()).help(sources.correction(written, &error))
                });
                None
            }
        }
    }

    /// Refuses a name that no reader could take in.
    pub(super) fn is_too_long(&mut self, name: &str, at: &NodePath) -> bool {
        let is = name.len() > LONGEST_NAME;
        if is {
            self.diagnostics.lost_ways = true;
            self.diagnostics.error(code::TOO_MUCH, || too_long(name, at));
        }
        is
    }

    /// Checks that something can raise an event.
    pub(super) fn source(
        &mut self,
        event: &EventName,
        written: &str,
        beside: &BTreeMap<EventName, &str>,
        at: NodePath,
    ) {
        let none =
            |at| Problem::new(at, format!("nothing raises the event `{written}`")).label("no signal field raises it");
        match self.sources.of(event, beside) {
            Source::Known => {}
            Source::Clash(field) => self.diagnostics.error(code::BUILTIN, || {
                let message =
                    format!("`{written}` is told by the workflow, and the signal `{field}` would raise it too");
                Problem::new(at, message).help(format!("rename the field `{field}`"))
            }),
            Source::Near(near) => self.diagnostics.error(code::MISSPELT_EVENT, || {
                let near = near.spelled_like(written);
                none(at).help(format!("did you mean `{near}`? if it comes from outside, list it under `external`"))
            }),
            Source::Beside(near) => self.diagnostics.warn(code::NO_SOURCE, || {
                let written = beside.get(&near).map_or_else(|| near.spelled_like(written), |it| (*it).to_owned());
                none(at).help(format!(
                    "if it is `{written}` misspelt, which is handled beside it, remove it; if it comes from outside, list it under `external`"
                ))
            }),
            Source::Unknown => self.diagnostics.warn(code::NO_SOURCE, || {
                let field = event.signal_field();
                let help = format!(
                    "if it comes from outside, list it under `external`; else give the domain a signal `{field}`"
                );
                none(at).help(help)
            }),
        }
    }

    /// The errors of contracts that a name stands for: the whole text of one, or its last word.
    pub(super) fn errors_named(
        &mut self,
        name: &str,
        contracts: &[&'static Contract],
        at: &NodePath,
        of: &str,
    ) -> Vec<&'static str> {
        let mut found: Vec<&'static str> = Vec::new();
        let mut known: Vec<&'static str> = Vec::new();
        for error in contracts.iter().flat_map(|contract| contract.errors) {
            if (*error == name || last_word(error) == name) && !found.contains(error) {
                found.push(error);
            }
            known.push(last_word(error));
        }
        if found.is_empty() && name == TIMEOUT && contracts.iter().any(|contract| contract.is_awaited()) {
            return vec![TIMEOUT];
        }
        if found.is_empty() && self.diagnostics.has_lost_process(&at.parent()) {
            // It may be one of that.
            self.diagnostics.lost_ways = true;
        } else if found.is_empty() {
            self.diagnostics.lost_ways = true;
            known.sort_unstable();
            known.dedup();
            self.diagnostics.error(code::UNKNOWN_ERROR, || {
                let help = foreign::error(name).map(str::to_owned);
                let help = help.or_else(|| did_you_mean(name, known.iter().copied()));
                Problem::new(at.clone(), format!("{of} cannot fail with `{name}`"))
                    .label("no declared error of this name")
                    .help(help.unwrap_or_else(|| "no errors are declared: remove it".to_owned()))
            });
        }
        found
    }

    /// Warns of a name that another reader of the file takes for true or false.
    pub(super) fn yaml_word(&mut self, word: &str, at: NodePath) {
        if YAML_WORDS.contains(&word.to_ascii_lowercase().as_str()) {
            self.yaml_words.push((word.to_owned(), at));
        }
    }

    /// Those of the doubtful words that are not in quotes.
    pub(super) fn warn_of_yaml_words(&mut self) {
        let words = std::mem::take(&mut self.yaml_words);
        if words.is_empty() {
            return;
        }
        let written = Locator::new(&self.whole.documents).texts(words.iter().map(|(_, at)| at));
        for ((word, at), written) in words.into_iter().zip(written) {
            if written.starts_with(['"', '\'']) {
                continue;
            }
            self.diagnostics.warn(code::YAML_WORD, || {
                let problem = Problem::warning(at, format!("tools for YAML 1.1 read `{word}` as a boolean"));
                if word.eq_ignore_ascii_case("on") && self.python.has_on {
                    problem.help("write `events`, or put the word in quotes")
                } else {
                    problem.help(format!("put it in quotes: \"{word}\""))
                }
            });
        }
    }
}

/// The states that `in('STATE')` may ask for.
impl States for Outline<'_> {
    fn number(&self, name: &str) -> Result<u32, UnknownState> {
        let is_history = |id: StateId| self.state(id).is_some_and(|state| state.get("history").is_some());
        match self.find(name) {
            Found::One(found) if is_history(found) => Err(UnknownState {
                message: format!("`{name}` is a history, which is never active itself"),
                help: Some("ask for the state that it leads back to, or for the one around it".to_owned()),
            }),
            Found::One(found) => Ok(found.0),
            Found::Several(several) => Err(UnknownState {
                message: format!("`{name}` is the name of several states"),
                help: Some(called::which(&several)),
            }),
            Found::None if self.names.is_empty() => Err(UnknownState {
                message: "this workflow has no states that could be asked for".to_owned(),
                help: Some("it is `steps` alone: write `states`".to_owned()),
            }),
            Found::None => {
                let help = match foreign::state(name, |name| self.names.contains_key(name)) {
                    Some(state) => Some(format!("write `in('{state}')`")),
                    None => {
                        let known = self.names.iter().filter(|(_, id)| !is_history(**id));
                        did_you_mean(name, known.map(|(name, _)| &**name).take(MOST_COMPARED))
                    }
                };
                Err(UnknownState { message: format!("there is no state `{}`", short(name)), help })
            }
        }
    }
}

/// Names one after the other; of many, the first.
pub(super) fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    const MOST: usize = 20;
    let mut names = names;
    let first: Vec<&str> = names.by_ref().take(MOST).collect();
    match names.count() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// The name of a type without the modules it is in.
pub(crate) fn last_word(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path).trim()
}
