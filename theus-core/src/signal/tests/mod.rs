//! The signal bus: what it takes, refuses, drops and tells.

mod full;
mod refusing;
mod waiting;
