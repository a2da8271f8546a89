//! The identity of an event.

use std::fmt;

use serde::{Serialize, Serializer};
use thiserror::Error;

use super::stem::Stem;

/// The prefixes of event names, with the kind of event that each stands for.
const PREFIXES: [(&str, Kind); 3] = [("CMD_", Kind::Command), ("EVT_", Kind::Event), ("SIG_", Kind::Event)];

/// Of so few names one is found by looking at each: quicker than by halving, which cannot be foreseen.
const FEW: usize = 8;

/// The name of an event: `CMD_`, `EVT_` or `SIG_`, then capitals, digits and underscores.
///
/// `CMD_X` comes from the signal field `cmd_x`. `EVT_X` and `SIG_X` are **the same event**, from the field `sig_x` (or
/// from a field `x` or `evt_x` that is a signal by `#[zone(signal)]`). A field of a nested context is named by its own
/// name, without the path to it, unless the place has a word: of `#[context(nested, events = "LEFT")]`, `sig_x` is `EVT_LEFT_X`.
///
/// It is shown in one form, `CMD_X` or `EVT_X`, whichever way it was written.
/// A name made of a signal field borrows it: nothing is allocated between a commit and the workflow.
///
/// ```
/// use theus_core::signal::EventName;
///
/// let stop = EventName::parse("SIG_STOP")?;
/// assert_eq!(stop, EventName::parse("EVT_STOP")?);
/// assert_eq!(stop, EventName::from_signal_field("sig_stop"));
/// assert_ne!(stop, EventName::parse("CMD_STOP")?);
/// assert_eq!(stop.to_string(), "EVT_STOP");
/// # Ok::<(), theus_core::signal::EventNameError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventName {
    kind: Kind,
    /// What follows the prefix, in lower case, as in the field's name: so that a field's own text serves as it is.
    stem: Stem,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Kind {
    Command,
    Event,
}

/// A text that is not the name of an event.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EventNameError {
    /// It does not begin with one of the three prefixes.
    #[error("`{0}` is not the name of an event: it begins with none of `CMD_`, `EVT_`, `SIG_`")]
    Prefix(String),
    /// It is a prefix and nothing more.
    #[error("`{0}` is not the name of an event: nothing follows the prefix")]
    Empty(String),
    /// It has a character that does not belong there.
    #[error("`{name}` is not the name of an event: {character:?} is not a capital letter, a digit or an underscore")]
    Character {
        /// The whole text.
        name: String,
        /// The first such character.
        character: char,
    },
}

impl EventName {
    /// How the entry chain of a workflow's state ended well.
    pub const CHAIN_DONE: Self = Self { kind: Kind::Event, stem: Stem::Static("chain_done") };
    /// How the entry chain of a workflow's state ended badly.
    pub const CHAIN_FAIL: Self = Self { kind: Kind::Event, stem: Stem::Static("chain_fail") };
    /// What a workflow has committed could not be made good.
    pub const COMPENSATION_FAIL: Self = Self { kind: Kind::Event, stem: Stem::Static("compensation_fail") };

    /// The event of a name as workflows and callers write it.
    ///
    /// # Errors
    /// [`EventNameError`] where the text does not have the form of an event's name.
    pub fn parse(name: &str) -> Result<Self, EventNameError> {
        let Some((kind, stem)) = split_name(name) else {
            return Err(EventNameError::Prefix(name.to_owned()));
        };
        if stem.is_empty() {
            return Err(EventNameError::Empty(name.to_owned()));
        }
        if let Some(character) = stem.chars().find(|c| !belongs(*c)) {
            return Err(EventNameError::Character { name: name.to_owned(), character });
        }
        Ok(Self { kind, stem: Stem::in_lower_case(stem) })
    }

    /// The event that people mean by a text: `CMD_X`, unless the text names another kind. Words are whatever stands between spaces,
    /// hyphens and other signs, or begins with a capital after a small letter.
    ///
    /// ```
    /// use theus_core::signal::EventName;
    ///
    /// for text in ["order placed", "Order-Placed", "orderPlaced", "  order / placed! ", "cmd order placed", "CMD_ORDER_PLACED"] {
    ///     assert_eq!(EventName::from_text(text)?.to_string(), "CMD_ORDER_PLACED");
    /// }
    /// assert_eq!(EventName::from_text("evt door open")?.to_string(), "EVT_DOOR_OPEN");
    /// assert!(EventName::from_text("...").is_err() && EventName::from_text("bestellung ausgelöst").is_err());
    /// # Ok::<(), theus_core::signal::EventNameError>(())
    /// ```
    ///
    /// # Errors
    /// [`EventNameError`] where it has no word, or a letter or digit that no event's name has: such a word would map to another one's name.
    pub fn from_text(text: &str) -> Result<Self, EventNameError> {
        let words = words_of(text)?;
        let is_prefix_alone =
            PREFIXES.iter().any(|(prefix, _)| words.len() + 1 == prefix.len() && prefix.starts_with(&words));
        if words.is_empty() || is_prefix_alone {
            return Err(EventNameError::Empty(text.to_owned()));
        }
        match split_name(&words) {
            Some(_) => Self::parse(&words),
            None => Ok(Self { kind: Kind::Command, stem: Stem::in_lower_case(&words) }),
        }
    }

    /// Whether people may mean this event by a text: by its word alone, or with its prefix.
    #[doc(hidden)]
    #[must_use]
    pub fn is_meant_by(&self, text: &str) -> bool {
        let (Ok(text), Ok(stem)) = (words_of(text), words_of(self.stem())) else { return false };
        let is_with = |(prefix, kind): &(&str, Kind)| *kind == self.kind && text.strip_prefix(prefix) == Some(&stem);
        text == stem || PREFIXES.iter().any(is_with)
    }

    /// The one of these, which are in order, that is written so: no name is made for it.
    #[doc(hidden)]
    #[must_use]
    pub fn find<'a>(sorted: &'a [Self], written: &str) -> Option<&'a Self> {
        let (kind, stem) = split_name(written)?;
        let stem = stem.as_bytes();
        let found = if sorted.len() <= FEW {
            let is_it = |name: &&Self| {
                let known = name.stem.as_bytes();
                name.kind == kind
                    && known.len() == stem.len()
                    && known.iter().zip(stem).all(|(known, written)| *known == written.to_ascii_lowercase())
            };
            sorted.iter().find(is_it)?
        } else {
            let order = |name: &Self| {
                let lower = stem.iter().map(u8::to_ascii_lowercase);
                name.kind.cmp(&kind).then_with(|| name.stem.as_bytes().iter().copied().cmp(lower))
            };
            sorted.get(sorted.binary_search_by(order).ok()?)?
        };
        // In capitals alone: small letters are no name's.
        stem.iter().all(|byte| belongs(char::from(*byte))).then_some(found)
    }

    /// The place of this one among names that are in order.
    #[doc(hidden)]
    #[must_use]
    #[inline]
    pub fn place_in(&self, sorted: &[Self]) -> Option<usize> {
        if sorted.len() <= FEW { sorted.iter().position(|name| name == self) } else { sorted.binary_search(self).ok() }
    }

    /// The event that a signal field raises, by the field's name or its path.
    ///
    /// A field whose name has other letters than those of ASCII makes an event that no workflow can name.
    #[must_use]
    pub fn from_signal_field(field: &'static str) -> Self {
        // A lower-case name, which is nearly every one, is borrowed; another is put into the one form.
        if field.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Self::from_field_name(field);
        }
        let (kind, stem) = split_field(field);
        Self { kind, stem: Stem::Static(stem) }
    }

    /// As [`from_signal_field`](Self::from_signal_field), for a name that does not live for ever.
    #[doc(hidden)]
    pub fn from_field_name(field: &str) -> Self {
        let lower = field.to_ascii_lowercase();
        let (kind, stem) = split_field(&lower);
        Self { kind, stem: stem.into() }
    }

    /// As [`from_signal_field`](Self::from_signal_field), with these words of its place before what the field's name says: `LEFT_` of
    /// `sig_jammed` is `EVT_LEFT_JAMMED`.
    #[must_use]
    pub(crate) fn from_field_at(words: &str, field: &'static str) -> Self {
        let own = Self::from_signal_field(field);
        match words {
            "" => own,
            words => Self { kind: own.kind, stem: Stem::in_lower_case(&format!("{words}{}", own.stem())) },
        }
    }

    /// The same name with a text of its own: threads that clone and drop it do not disturb those that use another.
    #[doc(hidden)]
    pub fn apart(&self) -> Self {
        Self { kind: self.kind, stem: self.stem.apart() }
    }

    /// Whether the runtime itself tells this event: `EVT_CHAIN_DONE`, `EVT_CHAIN_FAIL` or `EVT_COMPENSATION_FAIL`.
    #[must_use]
    #[inline]
    pub fn is_builtin(&self) -> bool {
        !self.is_command() && [Self::CHAIN_DONE, Self::CHAIN_FAIL, Self::COMPENSATION_FAIL].contains(self)
    }

    /// Whether it is a command: `CMD_X`.
    #[must_use]
    pub const fn is_command(&self) -> bool {
        matches!(self.kind, Kind::Command)
    }

    /// Why nobody outside can send an event that the workflow itself tells.
    #[doc(hidden)]
    #[must_use]
    pub fn cannot_come_from_outside(&self) -> String {
        let when = match *self == Self::COMPENSATION_FAIL {
            true => "when something committed could not be made good",
            false => "when an entry chain ends",
        };
        format!("`{self}` cannot come from outside: the workflow tells it {when}")
    }

    /// The part after the prefix, in lower case.
    #[doc(hidden)]
    pub fn stem(&self) -> &str {
        self.stem.as_str()
    }

    /// The event of the same word and the other kind: `CMD_X` of `EVT_X`.
    #[doc(hidden)]
    pub fn with_other_kind(&self) -> Self {
        let kind = if self.is_command() { Kind::Event } else { Kind::Command };
        Self { kind, stem: self.stem.clone() }
    }

    /// The signal field that it comes from, as one would name it.
    #[doc(hidden)]
    pub fn signal_field(&self) -> String {
        let prefix = if self.is_command() { "cmd_" } else { "sig_" };
        format!("{prefix}{}", self.stem())
    }

    /// The name with the prefix that the user of `written` prefers, so that a suggestion looks like what it replaces.
    #[doc(hidden)]
    pub fn spelled_like(&self, written: &str) -> String {
        let prefix = match self.kind {
            Kind::Command => "CMD_",
            Kind::Event if written.starts_with("SIG_") => "SIG_",
            Kind::Event => "EVT_",
        };
        format!("{prefix}{}", self.stem().to_ascii_uppercase())
    }
}

/// The words of a text, in capitals, with an underscore between two.
fn words_of(text: &str) -> Result<String, EventNameError> {
    let (mut words, mut is_small) = (String::new(), false);
    let mut begins = false;
    for character in text.chars() {
        if !character.is_alphanumeric() {
            begins = true;
            continue;
        }
        if !character.is_ascii() {
            return Err(EventNameError::Character { name: text.to_owned(), character });
        }
        if (begins || (is_small && character.is_ascii_uppercase())) && !words.is_empty() {
            words.push('_');
        }
        words.push(character.to_ascii_uppercase());
        (begins, is_small) = (false, character.is_ascii_lowercase());
    }
    Ok(words)
}

/// The kind and what follows the prefix of a name as it is written.
fn split_name(name: &str) -> Option<(Kind, &str)> {
    PREFIXES.iter().find_map(|(prefix, kind)| Some((*kind, name.strip_prefix(prefix)?)))
}

const fn belongs(character: char) -> bool {
    character.is_ascii_uppercase() || character.is_ascii_digit() || character == '_'
}

/// The kind and the stem of a field in lower case; a field that is a prefix and nothing more is its own stem.
fn split_field(path: &str) -> (Kind, &str) {
    let field = path.rfind('.').map_or(path, |dot| &path[dot + 1..]);
    for (prefix, kind) in [("cmd_", Kind::Command), ("sig_", Kind::Event), ("evt_", Kind::Event)] {
        match field.strip_prefix(prefix) {
            Some(stem) if !stem.is_empty() => return (kind, stem),
            _ => {}
        }
    }
    (Kind::Event, field)
}

impl EventNameError {
    /// The nearest text that is a name: capitals for small letters, underscores for other separators.
    #[must_use]
    pub fn suggestion(&self) -> Option<String> {
        let (Self::Prefix(name) | Self::Empty(name) | Self::Character { name, .. }) = self;
        let corrected: String = name
            .trim()
            .chars()
            .map(|c| if matches!(c, '-' | ' ' | '.' | ':') { '_' } else { c.to_ascii_uppercase() })
            .collect();
        EventName::parse(&corrected).is_ok().then_some(corrected)
    }
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.spelled_like("EVT_"))
    }
}

impl fmt::Debug for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for EventName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::{BTreeSet, HashSet};

    use super::*;

    fn parse(name: &str) -> EventName {
        EventName::parse(name).unwrap()
    }

    #[test]
    fn a_field_and_the_names_of_its_event_are_one() {
        for (field, name) in [
            ("sig_stop", "SIG_STOP"),
            ("sig_stop", "EVT_STOP"),
            ("cmd_start", "CMD_START"),
            ("stop", "EVT_STOP"),
            ("evt_stop", "EVT_STOP"),
            ("domain.machine.sig_stop", "EVT_STOP"),
            ("domain.machine.cmd_go_2", "CMD_GO_2"),
            ("Sig_Stop", "SIG_STOP"),
            ("sig_", "EVT_SIG_"),
            ("sig_evt_x", "EVT_EVT_X"),
        ] {
            assert_eq!(EventName::from_signal_field(field), parse(name), "{field}");
            assert_eq!(EventName::from_field_name(field), parse(name), "{field}");
        }
    }

    #[test]
    fn a_command_is_not_the_event_of_the_same_stem() {
        assert_ne!(parse("CMD_STOP"), parse("EVT_STOP"));
        assert_ne!(EventName::from_signal_field("cmd_stop"), EventName::from_signal_field("sig_stop"));
        assert!(parse("CMD_STOP").is_command() && !parse("SIG_STOP").is_command());
    }

    #[test]
    fn equal_names_hash_and_order_alike() {
        let names = [parse("SIG_B"), parse("EVT_B"), EventName::from_signal_field("sig_b"), parse("CMD_A")];
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), 2);
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 2);
    }

    #[test]
    fn a_name_is_shown_in_one_form() {
        assert_eq!(parse("SIG_STOP_2").to_string(), "EVT_STOP_2");
        assert_eq!(EventName::from_signal_field("cmd_start").to_string(), "CMD_START");
        assert_eq!(format!("{:<10}|", EventName::CHAIN_DONE), "EVT_CHAIN_DONE|");
        assert_eq!(serde_json::to_string(&parse("SIG_X")).unwrap(), r#""EVT_X""#);
    }

    #[test]
    fn a_text_means_one_name_or_is_refused() {
        let cases = [
            ("order placed", "CMD_ORDER_PLACED"),
            ("OrderPlaced2Day", "CMD_ORDER_PLACED2DAY"),
            ("HTTP error", "CMD_HTTP_ERROR"),
            ("__a__b__", "CMD_A_B"),
            ("sig-stop", "EVT_STOP"),
            ("cmdr", "CMD_CMDR"),
            ("42", "CMD_42"),
        ];
        for (text, name) in cases {
            assert_eq!(EventName::from_text(text).map(|name| name.to_string()).as_deref(), Ok(name), "{text}");
            assert!(parse(name).is_meant_by(text), "{text}");
        }
        for text in ["", " - ", "cmd", "EVT_", "größe", "заказ", "x²"] {
            assert!(EventName::from_text(text).is_err(), "{text}");
        }
        assert!(
            parse("EVT_DOOR_OPEN").is_meant_by("door open") && !parse("EVT_DOOR_OPEN").is_meant_by("cmd door open")
        );
        assert!(parse("CMD_A__B").is_meant_by("a b") && !parse("CMD_AB").is_meant_by("a b"));
    }

    #[test]
    fn the_builtins_are_known_in_either_spelling() {
        assert!(parse("EVT_CHAIN_DONE").is_builtin() && parse("SIG_CHAIN_FAIL").is_builtin());
        assert!(!parse("CMD_CHAIN_DONE").is_builtin() && !parse("CMD_COMPENSATION_FAIL").is_builtin());
        assert!(parse("EVT_COMPENSATION_FAIL").is_builtin() && !parse("EVT_COMPENSATION_FAILS").is_builtin());
        assert!(parse("SIG_COMPENSATION_FAIL").cannot_come_from_outside().ends_with("could not be made good"));
    }

    #[test]
    fn what_is_not_a_name_says_why_and_what_is_near() {
        let error = |name: &str| EventName::parse(name).unwrap_err();
        let start = error("START");
        assert_eq!(
            start.to_string(),
            "`START` is not the name of an event: it begins with none of `CMD_`, `EVT_`, `SIG_`"
        );
        assert_eq!(start.suggestion(), None);
        let empty = error("CMD_");
        assert_eq!(empty.to_string(), "`CMD_` is not the name of an event: nothing follows the prefix");
        assert_eq!(empty.suggestion(), None);
        let dash = error("CMD_GO-ON");
        assert_eq!(
            dash.to_string(),
            "`CMD_GO-ON` is not the name of an event: '-' is not a capital letter, a digit or an underscore"
        );
        assert_eq!(dash.suggestion().as_deref(), Some("CMD_GO_ON"));
        assert_eq!(error("cmd_start").suggestion().as_deref(), Some("CMD_START"));
        assert_eq!(error("EVT_größe").suggestion(), None);
        assert!(EventName::parse("").is_err());
    }
}
