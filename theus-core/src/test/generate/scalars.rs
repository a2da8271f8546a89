//! Strategies of single values. The ends of what a type can hold come as often as all that is between them, and each shrinks towards
//! what is plainest: 0, the empty text.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;

use super::form::{DecimalForm, InstantForm};
use super::made::Made;
use crate::context::{Decimal, Time, TimeKind};

type Strategies = Vec<(u32, BoxedStrategy<Made>)>;

fn any_of(strategies: Strategies) -> BoxedStrategy<Made> {
    Union::new_weighted(strategies).boxed()
}

/// What is called small.
const SMALL: u128 = 100;

/// An integer of a type that holds these; of JSON's where that is asked for.
pub(super) fn integer(min: i128, max: u128, is_json: bool) -> BoxedStrategy<Made> {
    let (min, max) = if is_json { (min.max(i64::MIN.into()), max.min(u64::MAX.into())) } else { (min, max) };
    let first = u128::try_from(min).unwrap_or(0);
    let up = |last: u128| (first..=last.max(first)).prop_map(Made::unsigned).boxed();
    let mut strategies = vec![(4, up(max.min(first.saturating_add(SMALL)))), (3, up(max))];
    if min < 0 {
        // The least one has no positive one beside it.
        let down = |most: u128| (1..=most).prop_map(|number| Made::Int((number as i128).wrapping_neg())).boxed();
        let most = min.unsigned_abs();
        strategies.extend([(2, down(most.min(SMALL))), (2, down(most))]);
    }
    let near_zero =
        [0, 1, -1].into_iter().filter(|number| *number >= min && (*number < 0 || number.unsigned_abs() <= max));
    let mut edges: Vec<Made> = near_zero.map(Made::Int).collect();
    edges.extend([max, max.saturating_sub(1).max(first)].map(Made::unsigned));
    edges.extend([min, min.saturating_add(1)].into_iter().filter(|edge| *edge < 0).map(Made::Int));
    if min > 0 {
        edges.push(Made::Int(min));
    }
    strategies.push((4, select(edges).boxed()));
    any_of(strategies)
}

/// NaN and the infinities are none of JSON's.
pub(super) fn float(is_json: bool) -> BoxedStrategy<Made> {
    use proptest::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    let mut edges = vec![0.0, -0.0, 1.0, -1.0, f64::EPSILON, f64::MIN_POSITIVE, f64::MAX, f64::MIN];
    if !is_json {
        edges.extend([f64::INFINITY, f64::NEG_INFINITY, f64::NAN]);
    }
    let small = (-10_000_i32..=10_000).prop_map(|number| Made::Float(f64::from(number) / 100.0));
    let any = (POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO).prop_map(Made::Float);
    any_of(vec![(4, small.boxed()), (2, any.boxed()), (3, select(edges).prop_map(Made::Float).boxed())])
}

/// The same as an `f32` has them.
pub(super) fn float_32(is_json: bool) -> BoxedStrategy<Made> {
    use proptest::num::f32::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    let mut edges = vec![0.0, -0.0, 1.0, -1.0, f32::EPSILON, f32::MIN_POSITIVE, f32::MAX, f32::MIN];
    if !is_json {
        edges.extend([f32::INFINITY, f32::NEG_INFINITY, f32::NAN]);
    }
    let made = |number: f32| Made::Float(number.into());
    let small = (-10_000_i16..=10_000).prop_map(move |number| made(f32::from(number) / 100.0));
    let any = (POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO).prop_map(made);
    any_of(vec![(4, small.boxed()), (2, any.boxed()), (3, select(edges).prop_map(made).boxed())])
}

/// A trillion with four digits of fractions at most: every type of decimals holds it.
pub(super) fn decimal(form: DecimalForm) -> BoxedStrategy<Made> {
    const MOST: i128 = 1_000_000_000_000;
    match form {
        DecimalForm::Text => {
            let text = |(mantissa, scale): (i128, u32)| {
                Made::text(
                    Decimal::new(mantissa, scale).map_or_else(|| mantissa.to_string(), |number| number.to_string()),
                )
            };
            let edges = vec![(0, 0), (1, 0), (-1, 0), (1, 2), (-1, 2), (MOST, 0), (-MOST, 0), (MOST - 1, 4)];
            let any = prop_oneof![0..=MOST, -MOST..=0];
            any_of(vec![(4, (any, 0_u32..=4).prop_map(text).boxed()), (2, select(edges).prop_map(text).boxed())])
        }
        DecimalForm::Integer => integer(i32::MIN.into(), i32::MAX as u128, true),
        DecimalForm::Float => {
            (-1_000_000_i32..=1_000_000).prop_map(|cents| Made::Float(f64::from(cents) / 100.0)).boxed()
        }
        DecimalForm::Parts => parts("secs", "nanos", 1_000_000_000),
    }
}

fn parts(seconds: &'static str, nanos: &'static str, most: i128) -> BoxedStrategy<Made> {
    let fraction = prop_oneof![3 => Just(0_i128), 2 => 0..=999_999_999_i128];
    (0..=most, fraction)
        .prop_map(move |(whole, part)| Made::named([(seconds, Made::Int(whole)), (nanos, Made::Int(part))]))
        .boxed()
}

/// From 1970 to 2100, on days that are leapt over too.
pub(super) fn time(kind: TimeKind, form: InstantForm) -> BoxedStrategy<Made> {
    const SECOND: i128 = 1_000_000_000;
    const DAY: i128 = 86_400;
    const IN_2100: i128 = 4_102_444_800;
    const LEAP_DAY: i128 = 951_782_400;
    if kind == TimeKind::Instant && form == InstantForm::Parts {
        return parts("secs_since_epoch", "nanos_since_epoch", IN_2100);
    }
    let most = if kind == TimeKind::TimeOfDay { DAY - 1 } else { IN_2100 };
    let seconds = prop_oneof![4 => 0..=most, 1 => select(vec![0, 1, DAY - 1, most]), 1 => Just(LEAP_DAY.min(most))];
    let fraction = prop_oneof![3 => Just(0_i128), 1 => 0..SECOND];
    (seconds, fraction)
        .prop_map(move |(seconds, fraction)| {
            let whole = if kind == TimeKind::Date { seconds - seconds % DAY } else { seconds };
            let fraction = if kind == TimeKind::Date { 0 } else { fraction };
            let text = Time { kind, nanos: whole * SECOND + fraction }.to_string();
            Made::Text(match form {
                InstantForm::Zoned if kind == TimeKind::Instant => format!("{text}[UTC]"),
                _ => text,
            })
        })
        .boxed()
}

pub(super) fn uuid() -> BoxedStrategy<Made> {
    prop_oneof![6 => any::<u128>(), 1 => Just(0), 1 => Just(u128::MAX)]
        .prop_map(|bits| {
            let hex = format!("{bits:032x}");
            let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
            Made::Text([part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-"))
        })
        .boxed()
}

/// Empty, of spaces, of what is escaped, of what takes more than a byte, and long; and any other.
pub(super) fn text() -> BoxedStrategy<Made> {
    let mut edges: Vec<String> =
        ["", " ", "0", "null", "\0", "\"\\\n\t", "é", "漢字", "👩‍🚀", "\u{202e}"].map(str::to_owned).into();
    edges.push("long ".repeat(200));
    let letters = vec(prop::char::range('a', 'z'), 0..8).prop_map(|letters| Made::text(String::from_iter(letters)));
    let any = vec(any::<char>(), 0..12).prop_map(|letters| Made::text(String::from_iter(letters)));
    any_of(vec![(3, letters.boxed()), (2, any.boxed()), (2, select(edges).prop_map(Made::Text).boxed())])
}

pub(super) fn letter() -> BoxedStrategy<Made> {
    let any = prop_oneof![3 => prop::char::range('a', 'z'), 2 => any::<char>(), 1 => select(vec!['\0', ' ', '"', '\u{10ffff}'])];
    any.prop_map(Made::text).boxed()
}
