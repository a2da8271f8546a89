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
                None if word == "In" => return Err("`In(…)`".to_owned()),
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

/// As a guard, which has to be a comparison or a constant.
///
/// # Errors
/// As [`translated`], and where it is a number.
pub(crate) fn guard(text: &str, variables: &[String]) -> Result<String, String> {
    let expression = translated(text, variables)?;
    let compares = ["==", "!=", "<", ">", "true", "false"].iter().any(|it| expression.contains(it));
    if compares { Ok(expression) } else { Err(format!("a guard that is a number: `{text}`")) }
}
