//! What a condition asks, and of which shapes.

use std::fmt;

use serde::Serialize;

use crate::context::{CollectionKind, CollectionShape, Shape};

macro_rules! tests {
    ($($(#[$doc:meta])* $name:ident = $key:literal,)*) => {
        /// What a condition asks, as recipes spell it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Operator {
            $($(#[$doc])* $name,)*
        }

        impl Operator {
            pub(super) const ALL: [Self; [$($key),*].len()] = [$(Self::$name),*];

            /// The key in a recipe.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $key,)*
                }
            }

            /// The one of this key.
            pub(super) fn named(key: &str) -> Option<Self> {
                match key {
                    $($key => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

tests! {
    /// At least the bound.
    Min = "min",
    /// At most the bound.
    Max = "max",
    /// The bound itself.
    Eq = "eq",
    /// Anything but the bound.
    Neq = "neq",
    /// A length of at least the bound: characters of a string, entries of a collection.
    MinLen = "min_len",
    /// A length of at most the bound.
    MaxLen = "max_len",
    /// One of a list.
    In = "in",
    /// None of a list.
    NotIn = "not_in",
    /// From the first bound to the second, both included.
    Between = "between",
    /// A text in which the regular expression matches.
    Regex = "regex",
    /// A text in which the regular expression matches nowhere.
    NotRegex = "not_regex",
    /// There, or not there.
    Exists = "exists",
    /// No two elements are the same.
    Unique = "unique",
    /// Neither infinite nor NaN.
    Finite = "finite",
    /// A whole number of times the bound.
    MultipleOf = "multiple_of",
    /// Another than the committed value.
    Changed = "changed",
    /// The committed value.
    Unchanged = "unchanged",
    /// No further from the committed value than the bound.
    MaxDelta = "max_delta",
    /// Not below the committed value.
    Monotonic = "monotonic",
    /// No faster than the bound beside what the rule has seen last.
    MaxRate = "max_rate",
    /// Another value than for as long as the bound.
    Stuck = "stuck",
    /// A run of the process at least so often.
    Missing = "missing",
    /// A condition on several values, in the language of workflows.
    That = "that",
}

impl Operator {
    /// Whether it compares what is proposed with what is committed: for the domain at the output gate.
    pub(super) const fn is_of_change(self) -> bool {
        matches!(self, Self::Changed | Self::Unchanged | Self::MaxDelta | Self::Monotonic)
    }

    /// Whether it goes by the clock, and by what the rule has seen last.
    pub(super) const fn is_over_time(self) -> bool {
        matches!(self, Self::MaxRate | Self::Stuck)
    }

    /// The tests that fit a shape; those of change only where there is a committed value.
    pub(super) fn fitting(shape: &Shape, changes: bool) -> impl Iterator<Item = Self> {
        let exists: &[Self] = if matches!(shape, Shape::Optional(_)) { &[Self::Exists] } else { &[] };
        let fitting = of_shape(shape.innermost()).iter().chain(exists);
        fitting.copied().filter(move |test| changes || !test.is_of_change())
    }
}

fn of_shape(shape: &Shape) -> &'static [Operator] {
    use Operator::{
        Between, Changed, Eq, Finite, In, Max, MaxDelta, MaxLen, MaxRate, Min, MinLen, Monotonic, MultipleOf, Neq,
        NotIn, NotRegex, Regex, Stuck, Unchanged, Unique,
    };
    match shape {
        Shape::Int { .. } | Shape::Decimal => &[
            Min, Max, Eq, Neq, In, NotIn, Between, MultipleOf, Changed, Unchanged, MaxDelta, Monotonic, MaxRate, Stuck,
        ],
        Shape::Float32 | Shape::Float64 => {
            &[Min, Max, Eq, Neq, In, NotIn, Between, Finite, Changed, Unchanged, MaxDelta, Monotonic, MaxRate, Stuck]
        }
        Shape::Time(_) => &[Min, Max, Eq, Neq, In, NotIn, Between, Changed, Unchanged, Monotonic, Stuck],
        Shape::Text => &[Eq, Neq, MinLen, MaxLen, In, NotIn, Regex, NotRegex, Changed, Unchanged, Stuck],
        Shape::Char | Shape::Uuid | Shape::Enum(_) => &[Eq, Neq, In, NotIn, Changed, Unchanged, Stuck],
        Shape::Bool => &[Eq, Neq, Changed, Unchanged, Stuck],
        Shape::Collection(collection) if *collection == CollectionShape::counted() => &[MinLen, MaxLen],
        // Values in no order: which of them changed cannot be said.
        Shape::Collection(collection) if collection.kind() == CollectionKind::Bag => {
            match is_scalar(&collection.element()) {
                true => &[MinLen, MaxLen, Unique],
                false => &[MinLen, MaxLen],
            }
        }
        Shape::Collection(collection) if collection.may_repeat() && is_scalar(&collection.element()) => {
            &[MinLen, MaxLen, Unique, Changed, Unchanged]
        }
        Shape::Collection(_) => &[MinLen, MaxLen, Changed, Unchanged],
        Shape::Record(_) => &[Changed, Unchanged],
        _ => &[],
    }
}

/// Whether two such values are told apart by one look at each.
fn is_scalar(shape: &Shape) -> bool {
    match shape.clone().seen_through().innermost() {
        Shape::Enum(shape) => shape.variants.get().iter().all(|variant| variant.fields.is_empty()),
        Shape::Collection(_) | Shape::Record(_) | Shape::Optional(_) | Shape::Opaque => false,
        _ => true,
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_is_found_by_its_key_and_by_no_other() {
        for operator in Operator::ALL {
            assert_eq!(Operator::named(operator.as_str()), Some(operator));
            assert_eq!(Operator::named(&operator.as_str().to_uppercase()), None);
        }
        assert_eq!(Operator::named(""), None);
    }
}
