use imbl::ordmap::DiffItem;

use super::Table;
use crate::context::Keyed;

impl<K: Ord, V> Keyed for Table<K, V> {
    type Key = K;
    type Value = V;

    fn size(&self) -> usize {
        self.len()
    }

    fn changes<E>(&self, before: &Self, mut tell: impl FnMut(&K, Option<&V>) -> Result<(), E>) -> Result<(), E> {
        before.entries.diff(&self.entries).try_for_each(|item| match item {
            DiffItem::Add(key, kept) => tell(key, Some(&kept.0)),
            // Keys that are equal may be written differently: the old one is gone.
            DiffItem::Update { old: (old, _), new: (key, kept) } => {
                tell(old, None)?;
                tell(key, Some(&kept.0))
            }
            DiffItem::Remove(key, _) => tell(key, None),
        })
    }
}
