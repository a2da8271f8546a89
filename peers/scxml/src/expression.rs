//! From ECMAScript to CEL: integers, comparisons, and, or, not; `In('…')`; what an event brings.

use roxmltree::Node;

use crate::names::{self, Names, is_error};

/// The expression over the fields of the domain, where it stands in a chart: in a transition the event may be asked for.
///
/// # Errors
/// Where it has something else.
pub(crate) fn translated(text: &str, at: Node<'_, '_>, names: &Names) -> Result<String, String> {
    read(text, &Heard::at(at, names), names)
}

/// What the events of a transition have.
#[derive(Default)]
struct Heard {
    /// Whether each brings something: one that was sent with it, or tells that a state is done.
    brings: bool,
    /// What it is called, where it is one.
    name: Option<String>,
}

impl Heard {
    fn at(node: Node<'_, '_>, names: &Names) -> Self {
        let way = node.ancestors().find(|it| it.tag_name().name() == "transition");
        let Some(wanted) = way.and_then(|way| way.attribute("event")) else { return Self::default() };
        let wanted: Vec<&str> = wanted.split_whitespace().collect();
        let events =
            |wanted: &&str| names.heard(wanted.trim_end_matches(".*")).into_iter().map(|at| names.events[at].as_str());
        let brings = |wanted: &&str| {
            wanted.starts_with("done.state.") || !is_error(wanted) && events(wanted).all(|event| names.brings(event))
        };
        let known: Vec<&str> = wanted.iter().flat_map(events).collect();
        let is_one = known.len() == 1 && wanted == known;
        Self { brings: wanted.iter().all(brings), name: is_one.then(|| known[0].to_owned()) }
    }
}

/// A text that can be written between quotes as it is.
///
/// # Errors
/// Where it has a quote or a backslash.
pub(crate) fn plain(text: &str) -> Result<&str, String> {
    let is_plain = !text.contains(['\'', '\\', '\n']);
    is_plain.then_some(text).ok_or_else(|| "a text with quotes or of several lines".to_owned())
}

/// With what the event brings, and texts to compare it to.
fn read(text: &str, heard: &Heard, names: &Names) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text.trim();
    let cannot = || format!("an expression that is not of integers: `{}`", text.trim());
    if rest.contains("++") || rest.contains("--") {
        return Err(cannot());
    }
    while let Some(first) = rest.chars().next() {
        if let Some(name) = &heard.name
            && let Some(after) = rest.strip_prefix("_event.name")
        {
            out.push_str(&format!("'{}'", plain(name)?));
            rest = after;
            continue;
        }
        if let Some(after) = rest.strip_prefix("Math.pow(") {
            let (power, after) = power(after, names).ok_or_else(cannot)?;
            out.push_str(&power);
            rest = after;
            continue;
        }
        if heard.brings
            && let Some(after) = rest.strip_prefix("_event.data")
        {
            let (part, after) = part(after).ok_or_else(cannot)?;
            out.push_str(&part.map_or_else(|| "event".to_owned(), |part| format!("event.{part}")));
            rest = after;
            continue;
        }
        if first == '\'' && text.contains("_event.") {
            let (inside, after) = rest[1..].split_once('\'').ok_or_else(cannot)?;
            out.push_str(&format!("'{}'", plain(inside)?));
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
                        format!("in('{}')", names::state(state))
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

/// `Math.pow(x,3)`, behind its bracket: a variable as often as it says.
fn power<'a>(text: &'a str, names: &Names) -> Option<(String, &'a str)> {
    let (inside, behind) = text.split_once(')')?;
    let (base, exponent) = inside.split_once(',')?;
    let variable = format!("domain.v{}", names.variable(base.trim())?);
    let exponent: usize = exponent.trim().parse().ok().filter(|it| (1..=9).contains(it))?;
    Some((vec![variable; exponent].join(" * "), behind))
}

/// As a guard, which has to be a comparison or a constant.
///
/// # Errors
/// As [`translated`], and where it is a number.
pub(crate) fn guard(text: &str, at: Node<'_, '_>, names: &Names) -> Result<String, String> {
    let expression = translated(text, at, names)?;
    let compares = ["==", "!=", "<", ">", "true", "false", "in("].iter().any(|it| expression.contains(it));
    if compares { Ok(expression) } else { Err(format!("a guard that is a number: `{text}`")) }
}
