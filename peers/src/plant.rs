//! The state and the rules that all judges are given, and the judging by hand.

use std::collections::BTreeSet;
use std::fmt;
use std::hint::black_box;

use theus_core::prelude::*;

/// One bound of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The field.
    pub field: &'static str,
    /// On which side the bound is.
    pub side: Side,
    /// The bound itself, which is allowed.
    pub bound: i64,
}

/// The side of a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Not below.
    Min,
    /// Not above.
    Max,
}

/// As Theus names a rule: `f0 min -100`.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = match self.side {
            Side::Min => "min",
            Side::Max => "max",
        };
        write!(f, "{} {side} {}", self.field, self.bound)
    }
}

macro_rules! plant {
    ($($field:ident in $min:literal to $max:literal;)*) => {
        /// Fifty numbers, of which each has a lower and an upper bound. Integers, because Cedar has no floats.
        #[derive(Clone, Copy, Debug, Default, Context)]
        #[allow(missing_docs, reason = "fields of a bench")]
        pub struct Plant {
            $(pub $field: i64,)*
        }

        /// The names of its fields.
        pub const FIELDS: [&str; 50] = [$(stringify!($field)),*];

        /// The hundred rules. The first one alone is the case of one rule.
        pub const RULES: [Rule; 100] = {
            let pairs = [$((
                Rule { field: stringify!($field), side: Side::Max, bound: $max },
                Rule { field: stringify!($field), side: Side::Min, bound: $min },
            )),*];
            let mut rules = [pairs[0].0; 100];
            let mut at = 0;
            while at < pairs.len() {
                rules[2 * at] = pairs[at].0;
                rules[2 * at + 1] = pairs[at].1;
                at += 1;
            }
            rules
        };

        impl Plant {
            /// A plant of these values.
            #[must_use]
            pub const fn new(values: [i64; 50]) -> Self {
                let [$($field),*] = values;
                Self { $($field),* }
            }

            /// The value of the field of that name.
            #[must_use]
            pub fn value(&self, field: &str) -> Option<i64> {
                match field {
                    $(stringify!($field) => Some(self.$field),)*
                    _ => None,
                }
            }
        }

        /// The hundred rules as one would write them. The bounds are hidden from the optimiser, as they come from a file elsewhere.
        #[must_use]
        pub fn hundred_by_hand(plant: &Plant) -> bool {
            let mut passed = true;
            $(
                let value = black_box(plant.$field);
                passed &= value <= black_box($max) && value >= black_box($min);
            )*
            passed
        }
    };
}

plant! {
    f0 in -100 to 100; f1 in -101 to 101; f2 in -102 to 102; f3 in -103 to 103; f4 in -104 to 104;
    f5 in -105 to 105; f6 in -106 to 106; f7 in -107 to 107; f8 in -108 to 108; f9 in -109 to 109;
    f10 in -110 to 110; f11 in -111 to 111; f12 in -112 to 112; f13 in -113 to 113; f14 in -114 to 114;
    f15 in -115 to 115; f16 in -116 to 116; f17 in -117 to 117; f18 in -118 to 118; f19 in -119 to 119;
    f20 in -120 to 120; f21 in -121 to 121; f22 in -122 to 122; f23 in -123 to 123; f24 in -124 to 124;
    f25 in -125 to 125; f26 in -126 to 126; f27 in -127 to 127; f28 in -128 to 128; f29 in -129 to 129;
    f30 in -130 to 130; f31 in -131 to 131; f32 in -132 to 132; f33 in -133 to 133; f34 in -134 to 134;
    f35 in -135 to 135; f36 in -136 to 136; f37 in -137 to 137; f38 in -138 to 138; f39 in -139 to 139;
    f40 in -140 to 140; f41 in -141 to 141; f42 in -142 to 142; f43 in -143 to 143; f44 in -144 to 144;
    f45 in -145 to 145; f46 in -146 to 146; f47 in -147 to 147; f48 in -148 to 148; f49 in -149 to 149;
}

/// The first rule as one would write it.
#[must_use]
pub fn one_by_hand(plant: &Plant) -> bool {
    black_box(plant.f0) <= black_box(100)
}

/// The fields that rules look at, each once, in their order.
#[must_use]
pub fn fields(rules: &[Rule]) -> Vec<&'static str> {
    FIELDS.into_iter().filter(|field| rules.iter().any(|rule| rule.field == *field)).collect()
}

/// The plain meaning of rules: the names of those that are violated.
#[must_use]
pub fn violated(rules: &[Rule], plant: &Plant) -> BTreeSet<String> {
    let broken = |rule: &&Rule| match (rule.side, plant.value(rule.field)) {
        (Side::Min, Some(value)) => value < rule.bound,
        (Side::Max, Some(value)) => value > rule.bound,
        (_, None) => true,
    };
    rules.iter().filter(broken).map(ToString::to_string).collect()
}
