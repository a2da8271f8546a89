//! A map of which a commit stores what it has changed.

mod changes;
mod inspect;
mod kept;
mod std_traits;

use std::borrow::Borrow;
use std::ops::RangeBounds;
use std::sync::Arc;

use imbl::OrdMap;

use kept::Kept;

/// A map for a field of many entries: a transaction copies the few nodes that it changes, and a store is given the entries that it
/// changed, not all of them.
///
/// It is sorted by its keys and serialised as a map. Which entries are others is seen by their place in memory, so no `PartialEq`
/// of yours decides what is stored: an entry that was inserted anew or of which [`get_mut`](Self::get_mut) was asked is written.
///
/// Rules see it as they see a `BTreeMap`, where keys and values are [`Inspect`](crate::Inspect).
///
/// ```
/// use theus_core::prelude::*;
/// use theus_core::context::Table;
///
/// #[derive(Clone, Default, Context)]
/// struct Bank { balances: Table<u32, i64> }
///
/// #[process(inputs = [domain.balances], outputs = [domain.balances])]
/// fn pay(ctx: Ctx<Bank>, account: u32, amount: i64) {
///     *ctx.domain.balances.get_or_insert_with(account, || 0) += amount;
/// }
///
/// let balances = (0..1_000_000).map(|account| (account, 0)).collect();
/// let engine = Engine::builder(Bank { balances }).process::<Pay>().build()?;
/// engine.run(Pay { account: 17, amount: 5 })?;
/// assert_eq!(engine.snapshot()?.balances.get(&17), Some(&5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A field that is a generic parameter's (`Table<K, T>` in a `struct Shelf<T>`) is stored whole at each commit that writes it.
pub struct Table<K, V> {
    entries: OrdMap<K, Kept<V>>,
}

impl<K, V> Table<K, V> {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self { entries: OrdMap::new() }
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Takes all entries out.
    pub fn clear(&mut self) {
        self.entries.clear();
    }
}

impl<K: Ord, V> Table<K, V> {
    /// The entries, in the order of their keys.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter(self.entries.iter())
    }

    /// The value of a key.
    #[must_use]
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.entries.get(key).map(|kept| &*kept.0)
    }

    /// Whether there is an entry of that key.
    #[must_use]
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.entries.contains_key(key)
    }

    /// The entry with the smallest key.
    #[must_use]
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.entries.get_min().map(|(key, kept)| (key, &*kept.0))
    }

    /// The entry with the greatest key.
    #[must_use]
    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.entries.get_max().map(|(key, kept)| (key, &*kept.0))
    }

    /// The keys, in their order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.entries.keys()
    }

    /// The values, in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.entries.values().map(|kept| &*kept.0)
    }

    /// The entries whose keys are in a range, in their order.
    pub fn range<Q: Ord + ?Sized>(&self, range: impl RangeBounds<Q>) -> impl DoubleEndedIterator<Item = (&K, &V)>
    where
        K: Borrow<Q>,
    {
        self.entries.range(range).map(|(key, kept)| (key, &*kept.0))
    }
}

impl<K: Ord + Clone, V> Table<K, V> {
    /// Puts an entry there, in the place of the one of that key, whose value it gives back.
    pub fn insert(&mut self, key: K, value: V) -> Option<Arc<V>> {
        self.entries.insert(key, Kept::new(value)).map(|kept| kept.0)
    }

    /// Takes an entry out and gives its value.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<Arc<V>>
    where
        K: Borrow<Q>,
    {
        self.entries.remove(key).map(|kept| kept.0)
    }

    /// Keeps the entries of which this is true.
    pub fn retain(&mut self, mut is_kept: impl FnMut(&K, &V) -> bool) {
        let gone: Vec<K> =
            self.iter().filter(|(key, value)| !is_kept(key, value)).map(|(key, _)| key.clone()).collect();
        for key in &gone {
            self.entries.remove(key);
        }
    }
}

impl<K: Ord + Clone, V: Clone> Table<K, V> {
    /// The value of a key, to be changed: it counts as changed from here on.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.entries.get_mut(key).map(Kept::own)
    }

    /// The value of a key, to be changed; where there is none, it is made first.
    pub fn get_or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        self.entries.entry(key).or_insert_with(|| Kept::new(make())).own()
    }
}

/// The entries of a [`Table`].
pub struct Iter<'a, K, V>(imbl::ordmap::Iter<'a, K, Kept<V>, imbl::shared_ptr::DefaultSharedPtr>);

#[cfg(test)]
mod tests;
