//! What a plain scalar is: nothing, a truth value, a number or a text.
//!
//! The core schema of YAML 1.2, with binary numbers and signs before `0x`, `0o` and `0b` beside it.

use super::number::Number;
use super::value::Value;

/// What a scalar without quotes is.
pub(super) fn plain(text: &str) -> Value {
    // Most are words: those that can be something else begin otherwise, or are short.
    match text.as_bytes().first() {
        None => Value::Null,
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => {
            number(text).map_or_else(|| Value::Text(text.to_owned()), Value::Number)
        }
        Some(b'~' | b'n' | b'N') if null(text) => Value::Null,
        Some(b't' | b'T' | b'f' | b'F') => boolean(text).map_or_else(|| Value::Text(text.to_owned()), Value::Bool),
        Some(_) => Value::Text(text.to_owned()),
    }
}

fn null(text: &str) -> bool {
    matches!(text, "null" | "Null" | "NULL" | "~")
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

fn number(text: &str) -> Option<Number> {
    if is_padded(text) {
        return None;
    }
    integer(text).or_else(|| float(text).map(Number::float))
}

/// Digits behind a zero are a text: an account, a part number.
fn is_padded(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// An integer within 128 bits; more digits make a float.
fn integer(text: &str) -> Option<Number> {
    if is_padded(text) {
        return None;
    }
    let is_negative = text.starts_with('-');
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (digits, radix) = match digits.as_bytes() {
        [b'0', b'x', ..] => (&digits[2..], 16),
        [b'0', b'o', ..] => (&digits[2..], 8),
        [b'0', b'b', ..] => (&digits[2..], 2),
        _ => (digits, 10),
    };
    // One sign, and it stands first.
    if !digits.starts_with(|first: char| first.is_digit(radix)) {
        return None;
    }
    let size = u128::from_str_radix(digits, radix).ok()?;
    if !is_negative {
        return Some(Number::unsigned(size));
    }
    match i128::try_from(size) {
        Ok(size) => Some(Number::signed(-size)),
        Err(_) => (size == i128::MIN.unsigned_abs()).then(|| Number::signed(i128::MIN)),
    }
}

fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    match unsigned {
        ".inf" | ".Inf" | ".INF" => return Some(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" if unsigned.len() == text.len() => return Some(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" if unsigned.len() == text.len() => return Some(f64::NAN),
        _ => {}
    }
    // Two signs, and what only Rust takes for a number.
    if unsigned.len() < text.len() && unsigned.starts_with(['+', '-']) {
        return None;
    }
    unsigned.parse().ok().filter(|float: &f64| float.is_finite())
}

/// A scalar with a tag of the core schema, as in `!!str 5`.
pub(super) fn typed(schema: &str, text: &str) -> Result<Value, String> {
    let invalid = |expected: &str| format!("invalid value: string {text:?}, expected {expected}");
    match schema {
        "bool" => boolean(text).map(Value::Bool).ok_or_else(|| invalid("a boolean")),
        "int" => integer(text).map(Value::Number).ok_or_else(|| invalid("an integer")),
        "float" => float(text).map(Number::float).map(Value::Number).ok_or_else(|| invalid("a float")),
        "null" if null(text) => Ok(Value::Null),
        "null" => Err(invalid("null")),
        _ => Ok(Value::Text(text.to_owned())),
    }
}
