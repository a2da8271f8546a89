//! Names: how they are compared, suggested and made.

use proc_macro2::Ident;
use syn::ext::IdentExt;

/// An identifier as text, without `r#`.
pub(crate) fn plain(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// The known name that was probably meant, if one is near.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(word, name), name))
        .filter(|(distance, name)| *distance <= name.chars().count().max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// What to say after "unknown": the near name, or all that there are.
pub(crate) fn hint<'a>(word: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match nearest(word, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}", list(known)),
    }
}

/// `` `a`, `b` ``, or "none".
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// `record_reading` as `RecordReading`.
pub(crate) fn pascal(name: &str) -> String {
    name.split('_')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters)
        })
        .collect()
}

/// The same as the name of a type, if it can be one: `self_` and `_2nd` cannot.
pub(crate) fn type_name(name: &str) -> Option<Ident> {
    syn::parse_str(&pascal(name)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_is_suggested_and_a_far_one_is_not() {
        assert_eq!(nearest("domian", ["domain", "global"]), Some("domain"));
        assert_eq!(nearest("inptus", ["inputs", "outputs"]), Some("inputs"));
        assert_eq!(nearest("whatever", ["domain", "global"]), None);
        assert_eq!(hint("x", ["inputs", "outputs"]), "there are: `inputs`, `outputs`");
    }

    #[test]
    fn a_command_is_named_as_a_type() {
        assert_eq!(pascal("record_reading"), "RecordReading");
        assert_eq!(pascal("p_load_2nd_page"), "PLoad2ndPage");
        assert_eq!(pascal("_hidden"), "Hidden");
    }

    #[test]
    fn not_every_name_makes_a_type() {
        assert_eq!(type_name("record").unwrap().to_string(), "Record");
        assert!(["self_", "_2nd", "__"].iter().all(|name| type_name(name).is_none()));
    }
}
