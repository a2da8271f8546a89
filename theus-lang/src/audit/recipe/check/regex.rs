//! What a regular expression says without being asked about a text.

/// What every text in which it matches begins with, as far as that is written plainly: of `^ab+` it is `ab`.
pub(super) fn prefix(pattern: &str) -> &str {
    let Some(rest) = pattern.strip_prefix('^') else { return "" };
    // An alternative begins with something else.
    if rest.contains('|') {
        return "";
    }
    let is_plain = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | ' ' | '/' | ':');
    let end = rest.find(|character| !is_plain(character)).unwrap_or(rest.len());
    let (plain, after) = rest.split_at(end);
    // What may be left out is no beginning.
    let optional = after.starts_with(['?', '*', '{']);
    match plain.char_indices().next_back() {
        Some((last, _)) if optional => &plain[..last],
        _ => plain,
    }
}

/// Whether it matches in every text: it matches in nothing, and does not ask where it stands.
pub(super) fn matches_always(regex: &regex::Regex) -> bool {
    !regex.as_str().contains(['^', '$', '\\']) && regex.is_match("")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_prefix_is_what_must_be_there() {
        for (pattern, begins) in [
            ("^abc", "abc"),
            ("^ab+c", "ab"),
            ("^abc?", "ab"),
            ("^abc{0,2}", "ab"),
            ("^a*", ""),
            ("^ä-1*$", "ä-"),
            ("^ab|cd", ""),
            ("^(?i)ab", ""),
            ("^a(b|c)", ""),
            ("^[ab]", ""),
            ("^ab.", "ab"),
            ("abc", ""),
            ("(?i)^abc", ""),
        ] {
            assert_eq!(prefix(pattern), begins, "{pattern}");
            assert!(regex::Regex::new(pattern).is_ok());
        }
    }

    #[test]
    fn what_matches_in_nothing_and_asks_no_place_matches_always() {
        for (pattern, always) in [
            ("", true),
            (".*", true),
            ("a?", true),
            ("a|", true),
            ("^", false),
            ("^.*$", false),
            (r"\b|\B", false),
            ("a+", false),
        ] {
            assert_eq!(matches_always(&regex::Regex::new(pattern).unwrap()), always, "{pattern}");
        }
    }
}
