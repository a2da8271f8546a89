//! What a process touches of a path.

use std::cmp::Ordering;

use crate::process::{Access, Contract};

/// What is touched, looked up by path: where many are asked of one process.
pub(super) struct Touched<'c> {
    /// The paths that are named and all that they lead on from, in the order of [`compare`], and which of them are named.
    paths: Vec<(&'c str, bool)>,
}

impl<'c> Touched<'c> {
    /// What a process writes.
    pub(super) fn written(contract: &'c Contract) -> Self {
        Self::of(contract.outputs)
    }

    /// What it reads.
    pub(super) fn read(contract: &'c Contract) -> Self {
        Self::of(contract.inputs)
    }

    pub(super) fn of(accesses: impl IntoIterator<Item = &'c Access>) -> Self {
        let accesses = accesses.into_iter();
        let mut paths: Vec<(&'c str, bool)> = Vec::with_capacity(accesses.size_hint().0.saturating_add(1));
        for access in accesses {
            let named = computed_of(access.path);
            for outer in led_from(access.path).filter(|outer| *outer != named) {
                // Neighbours have most of their way in common.
                if paths.iter().rev().take(2).all(|(path, _)| *path != outer) {
                    paths.push((outer, false));
                }
            }
            paths.push((named, true));
        }
        // One that is named comes before itself as one that others lead on from.
        paths.sort_unstable_by(|(one, named), (other, also)| compare(one, other).then_with(|| also.cmp(named)));
        paths.dedup_by(|(later, _), (earlier, _)| later == earlier);
        Self { paths }
    }

    /// Whether it is there, and whether as one that is named.
    fn find(&self, path: &str) -> Option<bool> {
        let at = self.paths.binary_search_by(|(other, _)| compare(other, path)).ok()?;
        Some(self.paths[at].1)
    }

    /// Whether a path is touched, a part of it, or what it is computed of.
    pub(super) fn has(&self, path: &str) -> bool {
        self.find(computed_of(path)).is_some() || led_from(path).any(|outer| self.find(outer) == Some(true))
    }
}

/// By their lengths first: most paths are told apart without a look at their letters.
fn compare(one: &str, other: &str) -> Ordering {
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}

/// A path, and all that it leads on from.
fn led_from(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices(['.', '[']).map(|(end, _)| &path[..end]).chain([path])
}

/// What a path is computed of, all of it; itself where it is not computed.
fn computed_of(path: &str) -> &str {
    let computed = |path: &str| path.strip_suffix(')').is_some_and(|path| path.ends_with('('));
    let mut path = path;
    while computed(path)
        && let Some((of, _)) = path.rsplit_once('.')
    {
        path = of;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::{Layer, Zone};

    fn touches(accesses: &[Access], path: &str) -> bool {
        accesses.iter().any(|access| is_within(access.path, path) || is_within(path, access.path))
    }

    /// Whether a path is another one or leads on from it: by a name, an index, or a key.
    fn is_within(inner: &str, outer: &str) -> bool {
        inner.strip_prefix(computed_of(outer)).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    }

    #[test]
    fn what_is_looked_up_is_what_each_access_says() {
        let paths = [
            "domain.user",
            "domain.users",
            "domain.user.id",
            "domain.user.id.len()",
            "domain.user.name().len()",
            "domain.user[3]",
            "domain.readings[3].value",
            "domain.readings",
            "domain.readings.mean()",
            "domain['a.b'].c",
            "domain",
            "amount",
            "amount.len()",
            "()",
            "",
        ];
        let access = |path: &&'static str| Access { layer: Layer::Domain, path, zone: Zone::Data };
        let (mut touched, mut asked) = (0, 0);
        for one in &paths {
            for other in &paths {
                let accesses = [access(one), access(other)];
                let index = Touched::of(&accesses);
                for path in paths {
                    let each = touches(&accesses, path);
                    assert_eq!(index.has(path), each, "{path:?} beside {one:?} and {other:?}");
                    touched += usize::from(each);
                    asked += 1;
                }
            }
        }
        assert!(touched > asked / 10 && touched < asked / 2 + asked / 4, "{touched} of {asked}");
    }

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
