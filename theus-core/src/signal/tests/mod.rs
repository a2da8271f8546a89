//! The signal bus: what it takes, refuses, drops and tells.

mod full;
mod lossy;
mod refusing;
mod waiting;
