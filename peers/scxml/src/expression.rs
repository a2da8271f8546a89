//! From ECMAScript to CEL: integers, comparisons, and, or, not; `In('…')`; what a final state has given.

use crate::chart::{self, Names};

/// The expression over the fields of the domain.
///
/// # Errors
/// Where it has something else.
pub(crate) fn translated(text: &str, names: &Names) -> Result<String, String> {
    read(text, names, false)
}

/// As [`translated`], with texts: what a final state gives.
///
/// # Errors
/// As [`translated`].
pub(crate) fn value(written: &str, names: &Names) -> Result<String, String> {
    match written.trim().strip_prefix('\'').and_then(|it| it.strip_suffix('\'')) {
        Some(inside) => text(inside),
        None => translated(written, names),
    }
}

/// A text.
///
/// # Errors
/// Where it has a quote or a backslash.
pub(crate) fn text(inside: &str) -> Result<String, String> {
    let is_plain = !inside.contains(['\'', '\\', '\n']);
    if is_plain { Ok(format!("'{inside}'")) } else { Err("a text with quotes or of several lines".to_owned()) }
}

/// With what the event brings, and texts to compare it to, where it may be asked for.
fn read(text: &str, names: &Names, brings: bool) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text.trim();
    let cannot = || format!("an expression that is not of integers: `{}`", text.trim());
    if rest.contains("++") || rest.contains("--") {
        return Err(cannot());
    }
    while let Some(first) = rest.chars().next() {
        if brings && let Some(after) = rest.strip_prefix("_event.data") {
            let (part, after) = part(after).ok_or_else(cannot)?;
            out.push_str(&part.map_or_else(|| "event".to_owned(), |part| format!("event.{part}")));
            rest = after;
            continue;
        }
        if brings && first == '\'' {
            let (inside, after) = rest[1..].split_once('\'').ok_or_else(cannot)?;
            out.push_str(&self::text(inside)?);
            rest = after;
            continue;
        }
        if first.is_alphabetic() || first == '_' || first == '$' {
            let end = rest.find(|it: char| !it.is_alphanumeric() && it != '_' && it != '$').unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            match names.variables.iter().position(|known| known == word) {
                Some(at) => out.push_str(&format!("domain.v{at}")),
                None if matches!(word, "true" | "false") => out.push_str(word),
                None if word == "In" => {
                    let (state, behind) = asked(after).ok_or("`In(…)` of what is not written out")?;
                    // A history is never active, which the loader of workflow files takes for a mistake.
                    let is_history = names.histories.iter().any(|known| known == state);
                    out.push_str(&if is_history {
                        "false".to_owned()
                    } else {
                        format!("in('{}')", chart::state(state))
                    });
                    rest = behind;
                    continue;
                }
                None => return Err(cannot()),
            }
            rest = after;
            continue;
        }
        let operators = ["===", "!==", "==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "%", "(", ")", "!"];
        if let Some(operator) = operators.iter().find(|it| rest.starts_with(**it)) {
            out.push_str(match *operator {
                "===" => " == ",
                "!==" => " != ",
                "!" => "!",
                other => other,
            });
            rest = &rest[operator.len()..];
        } else if first.is_ascii_digit() || first.is_whitespace() {
            out.push(first);
            rest = &rest[1..];
        } else {
            return Err(cannot());
        }
    }
    // Other than in ECMAScript, a number alone is no condition.
    Ok(out)
}

/// The part of an object that is asked for, if any, and what stands behind it: `.a`, `['a']`.
fn part(text: &str) -> Option<(Option<&str>, &str)> {
    let is_word = |it: &str| !it.is_empty() && it.chars().all(|it| it.is_ascii_alphanumeric() || it == '_');
    if let Some(inside) = text.strip_prefix("['") {
        let (part, behind) = inside.split_once("']")?;
        return is_word(part).then_some((Some(part), behind));
    }
    let Some(inside) = text.strip_prefix('.') else { return Some((None, text)) };
    let end = inside.find(|it: char| !it.is_ascii_alphanumeric() && it != '_').unwrap_or(inside.len());
    let (part, behind) = inside.split_at(end);
    is_word(part).then_some((Some(part), behind))
}

/// The state in the brackets of `In('…')`, and what stands behind them.
fn asked(text: &str) -> Option<(&str, &str)> {
    let inside = text.trim_start().strip_prefix('(')?.trim_start();
    let quote = inside.chars().next().filter(|it| matches!(it, '\'' | '"'))?;
    let (state, behind) = inside[1..].split_once(quote)?;
    Some((state, behind.trim_start().strip_prefix(')')?))
}

/// As a guard, which has to be a comparison or a constant; `brings`: of an event that a final state gave something.
///
/// # Errors
/// As [`translated`], and where it is a number.
pub(crate) fn guard(text: &str, names: &Names, brings: bool) -> Result<String, String> {
    let expression = read(text, names, brings)?;
    let compares = ["==", "!=", "<", ">", "true", "false", "in("].iter().any(|it| expression.contains(it));
    if compares { Ok(expression) } else { Err(format!("a guard that is a number: `{text}`")) }
}
