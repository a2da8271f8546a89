//! How values of a shape are written, where types of one shape are written in several ways: found by trying.

/// One choice of ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) decimal: DecimalForm,
    pub(super) instant: InstantForm,
    /// A struct without fields is an empty map, and not null.
    pub(super) is_map: bool,
    /// How long lists are: those that are arrays.
    pub(super) length: Option<usize>,
}

/// A decimal number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum DecimalForm {
    #[default]
    Text,
    Integer,
    Float,
    /// As a `Duration`.
    Parts,
}

/// A point in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum InstantForm {
    #[default]
    Text,
    /// As a `SystemTime`.
    Parts,
    /// With the name of its time zone, as RFC 9557 has it.
    Zoned,
}

/// What of a form a shape asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Uses {
    pub(super) decimal: bool,
    pub(super) instant: bool,
    pub(super) nothing: bool,
    pub(super) list: bool,
}

/// An array that is longer is not looked for.
const LONGEST: usize = 4096;

impl Form {
    /// What to try next, after this has come to that problem.
    pub(super) fn next(self, uses: Uses, problem: &str) -> Option<Self> {
        if uses.list && problem.contains("invalid length") {
            match length_in(problem) {
                Some(length) if self.length != Some(length) => return Some(Self { length: Some(length), ..self }),
                // It says only that they are fewer: of none it says how many.
                None if self.length.is_none() && problem.contains("fewer elements") => {
                    return Some(Self { length: Some(0), ..self });
                }
                _ => {}
            }
        }
        let decimal = match self.decimal {
            _ if !uses.decimal => None,
            DecimalForm::Text => Some(DecimalForm::Integer),
            DecimalForm::Integer => Some(DecimalForm::Float),
            DecimalForm::Float => Some(DecimalForm::Parts),
            DecimalForm::Parts => None,
        };
        if let Some(decimal) = decimal {
            return Some(Self { decimal, ..self });
        }
        let instant = match self.instant {
            _ if !uses.instant => None,
            InstantForm::Text => Some(InstantForm::Parts),
            InstantForm::Parts => Some(InstantForm::Zoned),
            InstantForm::Zoned => None,
        };
        if let Some(instant) = instant {
            return Some(Self { decimal: DecimalForm::default(), instant, ..self });
        }
        (uses.nothing && !self.is_map).then_some(Self { is_map: true, length: self.length, ..Self::default() })
    }
}

/// Serde's own words: `invalid length 2, expected an array of length 3`, and where they are too many `expected 3 elements in sequence`.
fn length_in(problem: &str) -> Option<usize> {
    let (_, expected) = problem.split_once(", expected ")?;
    let length = match expected.strip_prefix("an array of length ") {
        Some(length) => length,
        None if expected.contains(" in sequence") => expected,
        None => return None,
    };
    let digits = length.split(|character: char| !character.is_ascii_digit()).next()?;
    digits.parse().ok().filter(|length| *length <= LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_tried_once_and_an_array_tells_its_length() {
        let uses = Uses { decimal: true, instant: true, nothing: true, list: true };
        let forms: Vec<Form> = std::iter::successors(Some(Form::default()), |form| form.next(uses, "no")).collect();
        assert_eq!(forms.len(), 4 * 3 * 2);
        let all_differ = forms.iter().enumerate().all(|(at, form)| !forms[..at].contains(form));
        assert!(all_differ, "{forms:?}");
        let array = Form::default().next(uses, "invalid length 0, expected an array of length 32");
        assert_eq!(array, Some(Form { length: Some(32), ..Form::default() }));
        let long = Form::default().next(uses, "invalid length 4, expected 3 elements in sequence");
        assert_eq!(long, Some(Form { length: Some(3), ..Form::default() }));
        let fewer =
            Form::default().next(uses, "invalid length 4, expected fewer elements in array").unwrap_or_default();
        assert_eq!(fewer.length, Some(0));
        assert_eq!(
            fewer.next(uses, "invalid length 0, expected an array of length 3").map(|it| it.length),
            Some(Some(3))
        );
        assert_eq!(Form::default().next(Uses::default(), "no"), None);
    }
}
