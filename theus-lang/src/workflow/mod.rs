//! Workflows as data: charts, the files that they are read from, what is proved of them, their pictures.

pub mod chart;
pub mod file;
mod program;
mod proof;
mod show;

pub use chart::{Configuration, Definition, State, StateId, Step, Transition};
pub use file::Catalog;
pub use program::Program;
pub use show::{Deferral, SagaExit};
