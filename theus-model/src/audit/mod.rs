//! How grave a violation is.

mod level;

pub use level::Level;
