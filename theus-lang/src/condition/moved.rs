//! Expressions that are written for a part of the layers, at its place in them.

use super::literal;
use super::syntax::Literal;
use super::token::{TokenKind, tokens};

/// The expression with each path that begins with a layer where `place` says that this layer is. One that is no expression stays as it
/// is: what is wrong with it is told where it is read.
pub(crate) fn moved(text: &str, place: impl Fn(&str) -> Option<String>) -> Option<String> {
    rewritten(text, place, |_| None)
}

/// The same, with each state that `in('STATE')` asks for called as `state` says.
pub(crate) fn moved_among(
    text: &str,
    place: impl Fn(&str) -> Option<String>,
    state: impl Fn(&str) -> String,
) -> Option<String> {
    rewritten(text, place, |literal| match literal::text(literal)? {
        Literal::Text(name) => Some(quoted(&state(&name))),
        _ => None,
    })
}

fn rewritten(
    text: &str,
    place: impl Fn(&str) -> Option<String>,
    asked: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let tokens = tokens(text).ok()?;
    let word = |index: usize| tokens.get(index).map(|token| &text[token.range.clone()]);
    let is_dot = |index: usize| matches!(word(index), Some("." | ".?"));
    // Between two values `in` is an operator.
    let begins = |index: usize| match index.checked_sub(1).and_then(|before| tokens.get(before)) {
        None => true,
        Some(before) => match before.kind {
            TokenKind::Open => true,
            TokenKind::Sign => !is_dot(index - 1),
            TokenKind::Name => word(index - 1) == Some("in"),
            TokenKind::Number | TokenKind::Text | TokenKind::Close => false,
        },
    };
    let is_asked = |index: usize| {
        let call = index.checked_sub(2).filter(|call| word(*call) == Some("in") && word(index - 1) == Some("("));
        call.is_some_and(begins)
    };
    let (mut moved, mut from) = (String::new(), 0);
    for (index, token) in tokens.iter().enumerate() {
        let written = &text[token.range.clone()];
        let follows_a_dot = index.checked_sub(1).is_some_and(is_dot);
        let replaced = match token.kind {
            TokenKind::Name if !follows_a_dot && is_dot(index + 1) => place(written),
            TokenKind::Text if is_asked(index) => asked(written),
            _ => None,
        };
        let Some(replaced) = replaced else { continue };
        moved.push_str(&text[from..token.range.start]);
        moved.push_str(&replaced);
        from = token.range.end;
    }
    (from > 0).then(|| moved + &text[from..])
}

/// A text as an expression has it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n"))
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
    fn states_that_are_asked_for_are_called_otherwise_and_texts_are_not() {
        for (written, meant) in [
            ("in('IDLE') && domain.x > 0", "in('P.IDLE') && domain.x > 0"),
            (r#"!in("A.B") || in( r'C' )"#, "!in('P.A.B') || in( 'P.C' )"),
            ("domain.x in ('IDLE') || 'IDLE' in ('IDLE')", "domain.x in ('IDLE') || 'IDLE' in ('IDLE')"),
            ("domain.x in [in('IDLE')] || f('IDLE') || in", "domain.x in [in('P.IDLE')] || f('IDLE') || in"),
            (r"in('it\'s \\') ", r"in('P.it\'s \\') "),
        ] {
            let told = moved_among(written, |_| None, |name| format!("P.{name}"));
            assert_eq!(told.as_deref().unwrap_or(written), meant);
        }
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
