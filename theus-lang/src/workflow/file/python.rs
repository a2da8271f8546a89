//! Files of the Python reference: its spellings, and where its meaning was another.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::code;
use super::diagnostics::Diagnostics;
use crate::source::{NodePath, Problem};

/// What a file has of the Python reference.
#[derive(Default)]
pub(super) struct Python {
    /// Whether `on`, `transitions`, `process` or a flux condition is spelled as there.
    pub(super) is_used: bool,
    /// Whether some state has `on`.
    pub(super) has_on: bool,
    told: BTreeSet<&'static str>,
}

/// A meaning that differs, or a key that has none.
pub(super) struct Difference {
    /// Told once for a file.
    pub(super) kind: &'static str,
    pub(super) message: String,
    pub(super) help: &'static str,
}

impl Python {
    /// Tells a difference, where it is met first.
    pub(super) fn tell(&mut self, at: &NodePath, difference: Difference, diagnostics: &mut Diagnostics) {
        self.is_used = true;
        if self.told.insert(difference.kind) {
            diagnostics.note(code::PYTHON, || Problem::warning(at.clone(), difference.message).help(difference.help));
        }
    }

    /// A condition of the reference as one of ours: its names for the layers, its words for the operators.
    pub(super) fn condition<'t>(&self, text: &'t str) -> Cow<'t, str> {
        const MARKS: [&str; 12] = [
            "ctx.",
            "domain_ctx",
            "global_ctx",
            "len(",
            "True",
            "False",
            "None",
            " and ",
            " or ",
            "not ",
            "float(",
            "str(",
        ];
        if MARKS.iter().any(|mark| text.contains(mark)) { Cow::Owned(translated(text)) } else { Cow::Borrowed(text) }
    }
}

/// Word by word, texts in quotes left as they are.
fn translated(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // `not` takes all up to the next `and` or `or`: where brackets were opened for one, by how deep it is.
    let (mut depth, mut opened) = (0_usize, Vec::new());
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '"' | '\'' => rest[1..].find(first).map_or(rest.len(), |end| end + 2),
            c if c.is_alphabetic() || c == '_' => {
                rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.'))).unwrap_or(rest.len())
            }
            c => c.len_utf8(),
        };
        let (word, after) = rest.split_at(end);
        if matches!(word, "and" | "or" | ")" | "]" | "}" | "," | "?" | ":") {
            while opened.last() == Some(&depth) {
                opened.pop();
                out.truncate(out.trim_end().len());
                out.push_str(if matches!(word, "and" | "or") { ") " } else { ")" });
            }
        }
        match word {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        rest = after;
        if word == "not" && !after.trim_start().starts_with("in ") {
            opened.push(depth);
            out.push_str("!(");
            rest = after.trim_start();
            continue;
        }
        out.push_str(&translated_word(word, after.starts_with('(')));
    }
    opened.iter().for_each(|_| out.push(')'));
    out
}

fn translated_word(word: &str, is_call: bool) -> Cow<'_, str> {
    Cow::Borrowed(match word {
        "and" => "&&",
        "or" => "||",
        "True" => "true",
        "False" => "false",
        "None" => "null",
        "len" if is_call => "size",
        "float" if is_call => "double",
        "str" if is_call => "string",
        _ => {
            let path = word.strip_prefix("ctx.").unwrap_or(word);
            for (theirs, ours) in [("domain_ctx.", "domain."), ("global_ctx.", "global.")] {
                if let Some(path) = path.strip_prefix(theirs) {
                    return Cow::Owned(format!("{ours}{path}"));
                }
            }
            path
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_of_the_reference_is_translated_word_by_word() {
        let ours = |text: &str| Python::default().condition(text).into_owned();
        assert_eq!(ours("ctx.domain_ctx.count > 50"), "domain.count > 50");
        assert_eq!(ours("len(ctx.domain_ctx.items) > 0"), "size(domain.items) > 0");
        assert_eq!(ours("domain.ready and global_ctx.on == True"), "domain.ready && global.on == true");
        assert_eq!(ours("ctx.domain.a or float(domain.b) > 1"), "domain.a || double(domain.b) > 1");
        assert_eq!(ours("not domain.ready"), "!(domain.ready)");
        assert_eq!(ours("not domain.a == 1 and (not domain.b or x)"), "!(domain.a == 1) && (!(domain.b) || x)");
        assert_eq!(ours("not not domain.a or domain.note == None"), "!(!(domain.a)) || domain.note == null");
        assert_eq!(ours("not (domain.a and domain.b)"), "!((domain.a && domain.b))");
        assert_eq!(ours("domain.name == 'not a' or domain.not_a"), "domain.name == 'not a' || domain.not_a");
        assert_eq!(ours("domain.name == 'True and len(x)'"), "domain.name == 'True and len(x)'");
        assert_eq!(ours("domain.brand == \"ctx.\" && domain.lens > 1"), "domain.brand == \"ctx.\" && domain.lens > 1");
    }
}
