//! Reading and checking YAML files: recipes and workflows, with errors that point at the file.
//!
//! One pass over a file makes a [`Document`] of it: its values, and where each of them stands. What is wrong in its meaning is
//! collected as [`Problem`]s, each with the [`NodePath`] of what it is about, and [`Document::error`] draws them all.
//! Nothing here knows what a recipe or a workflow is.
//!
//! ```
//! use theus_core::source::{Document, Problem, SourceFile};
//!
//! let document = Document::parse(SourceFile::new("tank.yaml", "tank:\n  levle: 3\n"))?;
//! let at = document.path().key("tank").at_key("levle");
//! let error = document.error(vec![Problem::new(at, "unknown key `levle`").suggest("levle", ["level", "name"])]);
//! assert_eq!(
//!     error.to_string(),
//!     "error: unknown key `levle`\n --> tank.yaml:2:3\n  |\n2 |   levle: 3\n  |   ^^^^^\n  |\n  = help: did you mean `level`?"
//! );
//! # Ok::<(), theus_core::source::SourceError>(())
//! ```

mod build;
mod code;
mod document;
pub(crate) mod duration;
mod error;
mod failure;
mod file;
mod fragment;
mod graft;
mod load;
mod locate;
mod mapping;
mod margin;
mod number;
mod path;
mod printable;
mod problem;
mod scalar;
mod suggest;
mod tree;
mod value;
mod yaml_help;

#[doc(hidden)]
pub use build::MAX_DEPTH;
pub use document::Document;
pub use error::{LocatedProblem, SourceError};
#[doc(hidden)]
pub use file::MAX_BYTES;
pub use file::SourceFile;
pub use fragment::Fragment;
pub(crate) use graft::{Graft, Slot};
#[doc(hidden)]
pub use locate::Locator;
pub use locate::Position;
#[doc(hidden)]
pub use mapping::Mapping;
#[doc(hidden)]
pub use number::Number;
pub use path::NodePath;
#[doc(hidden)]
pub use printable::{printable, printable_json, printable_lines};
pub use problem::{Problem, Severity};
#[doc(hidden)]
pub use suggest::{did_you_mean, nearest};
#[doc(hidden)]
pub use value::Value;
