//! From ECMAScript to CEL: integers, comparisons, and, or, not.

/// The expression over the fields of the domain.
///
/// # Errors
/// Where it has something else.
pub(crate) fn translated(text: &str, variables: &[String]) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text.trim();
    let cannot = || format!("an expression that is not of integers: `{}`", text.trim());
    while let Some(first) = rest.chars().next() {
        if first.is_alphabetic() || first == '_' || first == '$' {
            let end = rest.find(|it: char| !it.is_alphanumeric() && it != '_' && it != '$').unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            match variables.iter().position(|known| known == word) {
                Some(at) => out.push_str(&format!("domain.v{at}")),
                None if matches!(word, "true" | "false") => out.push_str(word),
                None if word == "In" => {
                    let (state, behind) = asked(after).ok_or("`In(…)` of what is not written out")?;
                    out.push_str(&format!("in('{}')", crate::chart::state(state)));
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

/// The state in the brackets of `In('…')`, and what stands behind them.
fn asked(text: &str) -> Option<(&str, &str)> {
    let inside = text.trim_start().strip_prefix('(')?.trim_start();
    let quote = inside.chars().next().filter(|it| matches!(it, '\'' | '"'))?;
    let (state, behind) = inside[1..].split_once(quote)?;
    Some((state, behind.trim_start().strip_prefix(')')?))
}

/// As a guard, which has to be a comparison or a constant.
///
/// # Errors
/// As [`translated`], and where it is a number.
pub(crate) fn guard(text: &str, variables: &[String]) -> Result<String, String> {
    let expression = translated(text, variables)?;
    let compares = ["==", "!=", "<", ">", "true", "false", "in("].iter().any(|it| expression.contains(it));
    if compares { Ok(expression) } else { Err(format!("a guard that is a number: `{text}`")) }
}
