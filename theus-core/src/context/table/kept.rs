use std::sync::Arc;

/// A value that is the same where it is in the same place: what tells changed entries apart, whatever their type says.
pub(super) struct Kept<V>(pub(super) Arc<V>);

impl<V> Kept<V> {
    pub(super) fn new(value: V) -> Self {
        Self(Arc::new(value))
    }
}

impl<V: Clone> Kept<V> {
    /// In a place of its own, unless it has one: no other table sees what is done to it.
    pub(super) fn own(&mut self) -> &mut V {
        Arc::make_mut(&mut self.0)
    }
}

impl<V> Clone for Kept<V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<V> PartialEq for Kept<V> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
