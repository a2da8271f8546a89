//! The word that a place has for the events of what is nested there: `#[context(nested, events = "LEFT")]`.

use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit, LitStr};

/// Longer ones make names that nobody reads.
const LONGEST: usize = 40;

/// Reads it, of an option in an attribute's list.
pub(super) fn option(meta: &syn::meta::ParseNestedMeta<'_>, events: &mut Option<LitStr>) -> syn::Result<()> {
    let value = meta.value().map_err(|_| meta.error("which word stands in them? as in `events = \"LEFT\"`"))?;
    let given = parse(&value.parse()?)?;
    events.replace(given).map_or(Ok(()), |_| Err(meta.error("given twice: keep one")))
}

fn parse(value: &Expr) -> syn::Result<LitStr> {
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = value else {
        return Err(syn::Error::new(value.span(), "the word is a text, as in `events = \"LEFT\"`"));
    };
    let word = text.value();
    let refused = |message: String| Err(syn::Error::new(text.span(), message));
    let prefix = ["CMD_", "EVT_", "SIG_"].into_iter().find(|prefix| word.starts_with(prefix));
    if let Some((prefix, rest)) = prefix.and_then(|prefix| Some((prefix, word.strip_prefix(prefix)?))) {
        let rest = if rest.is_empty() { "LEFT" } else { rest };
        return refused(format!("`{prefix}` stays in front of the event by itself: write `events = \"{rest}\"`"));
    }
    let belongs = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    if word.is_empty() || !word.chars().all(belongs) || word.starts_with('_') || word.ends_with('_') {
        let nearest: String =
            word.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
        let nearest = match nearest.trim_matches('_') {
            "" => "LEFT",
            nearest => nearest,
        };
        return refused(format!(
            "the word is written as events are, in capitals, digits and underscores between them: `events = \"{nearest}\"`"
        ));
    }
    if word.len() > LONGEST {
        return refused(format!("the word has at most {LONGEST} characters: it stands in the name of each event"));
    }
    Ok(text.clone())
}
