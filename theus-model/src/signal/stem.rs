//! What follows the prefix of an event's name.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// How long a text may be that is kept in place: longer ones are hardly ever written.
const SHORT: usize = 22;

/// What follows the prefix of an event's name, in lower case. Nearly all are short, and a copy of a short one counts nothing:
/// threads that handle the same event of many sessions write to no common place.
#[derive(Clone)]
pub(super) enum Stem {
    Static(&'static str),
    Short { length: u8, bytes: [u8; SHORT] },
    Shared(Arc<str>),
}

impl Stem {
    /// The same in small letters.
    pub(super) fn in_lower_case(text: &str) -> Self {
        let mut stem = Self::from(text);
        match &mut stem {
            Self::Static(_) => {}
            Self::Short { bytes, .. } => bytes.make_ascii_lowercase(),
            Self::Shared(text) => {
                if let Some(text) = Arc::get_mut(text) {
                    text.make_ascii_lowercase();
                }
            }
        }
        stem
    }

    #[inline]
    pub(super) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Static(text) => text.as_bytes(),
            Self::Short { length, bytes } => bytes.get(..usize::from(*length)).unwrap_or_default(),
            Self::Shared(text) => text.as_bytes(),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Static(text) => text,
            // Made of a whole text, it is one.
            Self::Short { .. } => str::from_utf8(self.as_bytes()).unwrap_or_default(),
            Self::Shared(text) => text,
        }
    }

    /// The same text in a place of its own.
    pub(super) fn apart(&self) -> Self {
        match self {
            Self::Static(_) | Self::Short { .. } => self.clone(),
            Self::Shared(text) => Self::Shared(Arc::from(&**text)),
        }
    }
}

impl From<&str> for Stem {
    fn from(text: &str) -> Self {
        let mut bytes = [0; SHORT];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(text.as_bytes());
                Self::Short { length, bytes }
            }
            _ => Self::Shared(text.into()),
        }
    }
}

impl PartialEq for Stem {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            // Behind their ends are zeros: so many bytes are compared at once.
            (Self::Short { length, bytes }, Self::Short { length: of_other, bytes: other }) => {
                length == of_other && bytes == other
            }
            _ => self.as_bytes() == other.as_bytes(),
        }
    }
}

impl Eq for Stem {}

impl Hash for Stem {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl PartialOrd for Stem {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// As texts are ordered: by their bytes.
impl Ord for Stem {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl fmt::Debug for Stem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use super::*;

    #[test]
    fn a_stem_is_what_it_says_however_long_and_wherever_it_stands() {
        for length in [0, 1, SHORT - 1, SHORT, SHORT + 1, 255, 256, 300, 100_000] {
            let text = "x".repeat(length);
            let (made, shared) = (Stem::from(text.as_str()), Stem::Shared(text.as_str().into()));
            assert_eq!((made.as_str(), made.clone().as_str(), made.apart().as_str()), (&*text, &*text, &*text));
            assert_eq!(made, shared);
            assert_eq!(HashSet::from([made.clone(), shared.clone()]).len(), 1);
            assert_eq!(BTreeSet::from([made, shared, Stem::Static("y")]).len(), 2);
        }
        assert_eq!(Stem::in_lower_case("GO_2"), Stem::Static("go_2"));
        assert_eq!(Stem::in_lower_case(&"GO_2".repeat(SHORT)), Stem::from(&*"go_2".repeat(SHORT)));
        assert_eq!(Stem::from("grün").as_str(), "grün");
        assert_ne!(Stem::from("a"), Stem::from("a\0"));
        assert!(Stem::from("a") < Stem::from("ab") && Stem::from("ab") < Stem::Static("b"));
    }

    #[test]
    fn a_copy_of_a_short_one_shares_nothing_and_one_apart_of_a_long_one_neither() {
        let place = |stem: &Stem| stem.as_bytes().as_ptr();
        let (short, long) = (Stem::from("go"), Stem::from("x".repeat(SHORT + 1).as_str()));
        assert_ne!(place(&short), place(&short.clone()));
        assert_eq!(place(&long), place(&long.clone()));
        assert_ne!(place(&long), place(&long.apart()));
        assert_eq!(size_of::<Stem>(), 24);
    }
}
