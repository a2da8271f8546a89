//! Expressions that are written for a part of the layers, at its place in them.

use super::token::{TokenKind, tokens};

/// The expression with each path that begins with a layer where `place` says that this layer is. One that is no expression stays as it
/// is: what is wrong with it is told where it is read.
pub(crate) fn moved(text: &str, place: impl Fn(&str) -> Option<String>) -> Option<String> {
    let tokens = tokens(text).ok()?;
    let word = |index: usize| tokens.get(index).map(|token| &text[token.range.clone()]);
    let is_dot = |index: usize| matches!(word(index), Some("." | ".?"));
    let (mut moved, mut from) = (String::new(), 0);
    for (index, token) in tokens.iter().enumerate() {
        let follows_a_dot = index.checked_sub(1).is_some_and(is_dot);
        if token.kind != TokenKind::Name || follows_a_dot || !is_dot(index + 1) {
            continue;
        }
        let Some(place) = place(&text[token.range.clone()]) else { continue };
        moved.push_str(&text[from..token.range.start]);
        moved.push_str(&place);
        from = token.range.end;
    }
    (from > 0).then(|| moved + &text[from..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(text: &str) -> String {
        let place = |layer: &str| match layer {
            "domain" => Some("domain.left".to_owned()),
            "global" => Some("global.motors".to_owned()),
            _ => None,
        };
        moved(text, place).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn paths_are_moved_and_nothing_else_is() {
        for (written, meant) in [
            ("domain.speed <= global.most", "domain.left.speed <= global.motors.most"),
            ("has(domain.user.name) && by > local.by", "has(domain.left.user.name) && by > local.by"),
            ("domain . speed > 0 // domain.speed", "domain.left . speed > 0 // domain.speed"),
            ("domain.?user.domain.x == 'domain.speed'", "domain.left.?user.domain.x == 'domain.speed'"),
            (r#"domain.names.all(x, x != r"domain.a\")"#, r#"domain.left.names.all(x, x != r"domain.a\")"#),
            ("{domain: 1}.domain == 1 && domains.x", "{domain: 1}.domain == 1 && domains.x"),
            ("size(domain.ä) > 0 && domain.größe", "size(domain.ä) > 0 && domain.größe"),
            ("'open && domain.x", "'open && domain.x"),
        ] {
            assert_eq!(left(written), meant);
        }
    }
}
