//! What a process touches of a path.

use crate::process::{Access, Contract};

/// Whether a process writes a path, a part of it, or what it is computed of.
pub(super) fn writes(contract: &Contract, path: &str) -> bool {
    touches(contract.outputs, path)
}

/// Whether a process reads a path, a part of it, or what it is computed of.
pub(super) fn reads(contract: &Contract, path: &str) -> bool {
    touches(contract.inputs, path)
}

fn touches(accesses: &[Access], path: &str) -> bool {
    accesses.iter().any(|access| is_within(access.path, path) || is_within(path, access.path))
}

/// Whether a path is another one or leads on from it: by a name, an index, or a key.
fn is_within(inner: &str, outer: &str) -> bool {
    let computed = |path: &str| path.strip_suffix(')').is_some_and(|path| path.ends_with('('));
    // What is computed depends on all of what it is computed of.
    let mut outer = outer;
    while computed(outer)
        && let Some((of, _)) = outer.rsplit_once('.')
    {
        outer = of;
    }
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

#[cfg(test)]
mod tests {
    use super::is_within;

    #[test]
    fn a_path_is_within_itself_and_what_it_leads_on_from() {
        let within = |inner, outer| is_within(inner, outer);
        assert!(within("domain.user", "domain.user") && within("domain.user.id", "domain.user"));
        assert!(within("domain.readings[3].value", "domain.readings") && within("domain.total", "domain.total.mean()"));
        assert!(within("domain.user.id", "domain.user.name().len()"), "computed of the whole user");
        assert!(!within("domain.user", "domain.user.id") && !within("domain.users", "domain.user"));
        assert!(!within("domain.user.id", "domain.user.balance.abs()"));
    }
}
