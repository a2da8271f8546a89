//! The numbers of a document.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A number as a file has it: an integer within 128 bits, exact, or a float.
///
/// ```
/// use theus_core::source::{Document, SourceFile, Value};
///
/// let document = Document::parse(SourceFile::new("n.yaml", "340282366920938463463374607431768211455"))?;
/// let number = document.root().as_number();
/// assert_eq!(number.and_then(|number| number.as_u128()), Some(u128::MAX));
/// assert_eq!(number.and_then(|number| number.as_u64()), None);
/// # Ok::<(), theus_core::source::SourceError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number(N);

#[derive(Clone)]
enum N {
    Unsigned(u64),
    /// Below zero.
    Negative(i64),
    /// Beyond 64 bits.
    Big(Box<Big>),
    Float(f64),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Big {
    Negative(i128),
    Positive(u128),
}

impl Number {
    pub(super) fn float(float: f64) -> Self {
        Self(N::Float(if float.is_nan() { f64::NAN.copysign(1.0) } else { float }))
    }

    pub(super) fn unsigned(integer: u128) -> Self {
        Self(u64::try_from(integer).map_or_else(|_| N::Big(Box::new(Big::Positive(integer))), N::Unsigned))
    }

    pub(super) fn signed(integer: i128) -> Self {
        match u128::try_from(integer) {
            Ok(integer) => Self::unsigned(integer),
            Err(_) => {
                Self(i64::try_from(integer).map_or_else(|_| N::Big(Box::new(Big::Negative(integer))), N::Negative))
            }
        }
    }

    /// Whether it is a float.
    #[must_use]
    pub const fn is_f64(&self) -> bool {
        matches!(self.0, N::Float(_))
    }

    /// The integer, where it is one of this type.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        match self.0 {
            N::Unsigned(integer) => Some(integer),
            _ => None,
        }
    }

    /// The integer, where it is one of this type.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self.0 {
            N::Unsigned(integer) => i64::try_from(integer).ok(),
            N::Negative(integer) => Some(integer),
            N::Big(_) | N::Float(_) => None,
        }
    }

    /// The integer, where it is one of this type.
    #[must_use]
    pub fn as_u128(&self) -> Option<u128> {
        match &self.0 {
            N::Unsigned(integer) => Some(u128::from(*integer)),
            N::Big(big) => match **big {
                Big::Positive(integer) => Some(integer),
                Big::Negative(_) => None,
            },
            N::Negative(_) | N::Float(_) => None,
        }
    }

    /// The integer, where it is one of this type.
    #[must_use]
    pub fn as_i128(&self) -> Option<i128> {
        match &self.0 {
            N::Unsigned(integer) => Some(i128::from(*integer)),
            N::Negative(integer) => Some(i128::from(*integer)),
            N::Big(big) => match **big {
                Big::Positive(integer) => i128::try_from(integer).ok(),
                Big::Negative(integer) => Some(integer),
            },
            N::Float(_) => None,
        }
    }

    /// The float, or the one nearest to an integer within 64 bits.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self.0 {
            N::Unsigned(integer) => Some(integer as f64),
            N::Negative(integer) => Some(integer as f64),
            N::Float(float) => Some(float),
            N::Big(_) => None,
        }
    }

    /// Whether it is an integer that no 64 bits hold.
    #[must_use]
    pub const fn is_beyond_64_bits(&self) -> bool {
        matches!(self.0, N::Big(_))
    }

    /// An order in which numbers are equal that are the same key: integers by value, then floats.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            // Adding zero makes one zero of both.
            (N::Float(one), N::Float(two)) => (one + 0.0).total_cmp(&(two + 0.0)),
            (N::Float(_), _) => Ordering::Greater,
            (_, N::Float(_)) => Ordering::Less,
            (one, two) => one.integer().cmp(&two.integer()),
        }
    }
}

impl N {
    fn integer(&self) -> Big {
        match self {
            Self::Unsigned(integer) => Big::Positive(u128::from(*integer)),
            Self::Negative(integer) => Big::Negative(i128::from(*integer)),
            Self::Big(big) => **big,
            Self::Float(_) => Big::Positive(0),
        }
    }
}

impl PartialEq for N {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Float(one), Self::Float(two)) => one == two || one.is_nan() && two.is_nan(),
            (Self::Float(_), _) | (_, Self::Float(_)) => false,
            (one, two) => one.integer() == two.integer(),
        }
    }
}

/// No number is missing: one that is none is equal to itself.
impl Eq for N {}

impl Hash for N {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            // Both zeros are one number.
            Self::Float(float) => (float + 0.0).to_bits().hash(state),
            integer => integer.integer().hash(state),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// As YAML writes it.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            N::Unsigned(integer) => integer.fmt(f),
            N::Negative(integer) => integer.fmt(f),
            N::Big(big) => match **big {
                Big::Positive(integer) => integer.fmt(f),
                Big::Negative(integer) => integer.fmt(f),
            },
            N::Float(float) if float.is_nan() => f.write_str(".nan"),
            N::Float(float) if float.is_infinite() => f.write_str(if *float > 0.0 { ".inf" } else { "-.inf" }),
            // `Debug` writes a power of ten one place earlier than YAML's writers do.
            N::Float(float) if (1e-5..1e-4).contains(&float.abs()) => write!(f, "{float}"),
            N::Float(float) => write!(f, "{float:?}"),
        }
    }
}
