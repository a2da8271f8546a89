//! In what a field is measured: by itself, where it is declared so, else by an entry.

use super::catalog::Problems;
use super::code;
use super::model::Entry;
use crate::context::Shape;
use crate::source::Problem;

/// The unit of what an entry is on; an error where its own does not fit, which has been told.
pub(super) fn of<'a>(entry: &'a Entry<'_>, shape: &Shape, problems: &mut Problems) -> Result<Option<&'a str>, ()> {
    let said = entry.unit();
    let mut refused = |message: String, help: &str| {
        problems.push(Problem::new(entry.at.at_key("unit"), message).code(code::UNIT).help(help));
        Err(())
    };
    match (said, shape.unit()) {
        (Some(_), _) if !shape.innermost().is_number() => {
            let message = format!("`unit` does not fit {}, {}", entry.field, shape.innermost());
            refused(message, "a unit is of a number: leave it out")
        }
        (Some(said), Some(declared)) if said != declared => {
            let message = format!("{} is measured in `{declared}` where it is declared, not in `{said}`", entry.field);
            let help = format!("convert the bound, and write `unit: {declared}`, or leave `unit` out");
            refused(message, &help)
        }
        (said, declared) => Ok(said.or(declared)),
    }
}
