//! What several benches stand on, so that they measure the same.

pub(crate) mod meter;
pub(crate) mod nothing;
pub(crate) mod pair;
pub(crate) mod rules;
pub(crate) mod view;
