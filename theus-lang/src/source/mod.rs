//! Reading and checking YAML files: recipes and workflows, with errors that point at the file.
//!
//! A file is read into a [`Document`] by `serde_yaml`. What is wrong in its meaning is collected as [`Problem`]s, each with
//! the [`NodePath`] of what it is about, and [`Document::error`] finds all their lines and columns with one marked parse.
//! Nothing here knows what a recipe or a workflow is.
//!
//! ```
//! use theus_core::source::{Document, NodePath, Problem, SourceFile};
//!
//! let document = Document::parse(SourceFile::new("tank.yaml", "tank:\n  levle: 3\n"))?;
//! let at = NodePath::root().key("tank").at_key("levle");
//! let error = document.error(vec![Problem::new(at, "unknown key `levle`").suggest("levle", ["level", "name"])]);
//! assert_eq!(
//!     error.to_string(),
//!     "error: unknown key `levle`\n --> tank.yaml:2:3\n  |\n2 |   levle: 3\n  |   ^^^^^\n  |\n  = help: did you mean `level`?"
//! );
//! # Ok::<(), theus_core::source::SourceError>(())
//! ```

mod code;
mod depth;
mod document;
mod error;
mod file;
mod load;
mod locate;
mod marks;
mod path;
mod printable;
mod problem;
mod suggest;
mod yaml_help;

pub use document::Document;
pub use error::{LocatedProblem, SourceError};
pub use file::{MAX_BYTES, SourceFile};
pub use load::{MAX_DEPTH, big_integer};
pub use locate::{Locator, Position};
pub use path::NodePath;
pub use printable::{printable, printable_json, printable_lines};
pub use problem::{Problem, Severity};
pub use suggest::{did_you_mean, nearest};
