//! What every program can do with its files without running them: check them, and draw its workflows.
//!
//! One line in `main`, before anything else is done, serves the commands:
//!
//! ```no_run
//! use std::process::ExitCode;
//! use theus_core::prelude::*;
//!
//! #[derive(Clone, Default, Context)]
//! struct Desk { served: u32 }
//!
//! #[process(inputs = [domain.served], outputs = [domain.served])]
//! fn serve(ctx: Ctx<Desk>) { *ctx.domain.served += 1; }
//!
//! fn main() -> ExitCode {
//!     let builder = Engine::builder(Desk::default()).process::<Serve>();
//!     if let Some(code) = builder.command_line(std::env::args_os()) { return code; }
//!     // … what the program is for
//!     ExitCode::SUCCESS
//! }
//! ```
//!
//! ```text
//! desk check [--json] FILE...                      checks recipes and workflows
//! desk graph [--json] FILE [mermaid|dot|svg]       draws a workflow
//! desk help                                        says so
//! ```
//!
//! # `check`
//!
//! Whether a file is a recipe or a workflow is told by what is in it. Workflows are checked each by itself. Several recipes
//! are checked as **one**, in the order in which they are given, as the engine would take them: a later file overrides the
//! rules of the earlier ones by process, gate, field and condition, and can inherit their templates. Recipes that are never
//! in force together are checked one call each.
//!
//! Each problem is drawn on standard error with its line and what to do about it; standard output gets a line for each way out of each
//! saga, with what becomes there of what was committed in it (`stays`, `undone`), a line for each event that a state defers, with the states that take it, and one that sums up. With `--json` standard output gets one object instead, and standard error nothing:
//!
//! | key | meaning |
//! |---|---|
//! | `files` | `file` and `kind` of each: `recipe`, `workflow`, or `null` where it cannot be told |
//! | `errors`, `warnings` | how many there are |
//! | `problems` | at most 100 of each file: `file`, `line` and `column` (from 1; 0 where it is the file itself), `severity`, `code`, `message`, `label`, `help`, `note` |
//! | `sagas` | where there are any, each way out of each: `workflow`, `saga`, `by`, `to`, `undoes` |
//! | `deferrals` | where there are any, each event that a state defers: `workflow`, `state`, `event`, `taken_by` |
//!
//! What the sessions of a store have ever used of the program, which a file cannot tell, is told by the command line of the crate `theus-cli`:
//! `store check [WORKFLOW] --coverage`, by [`Engine::stored_coverage`](../struct.Engine.html#method.stored_coverage).
//!
//! # `graph`
//!
//! The chart goes to standard output, as text for Mermaid where nothing else is said. With `--json` it is one object:
//! `workflow`, `format`, `graph`. Of a file with errors nothing is drawn; they are told as `check` tells them.
//!
//! # Exit codes
//!
//! | code | `check` | `graph` |
//! |---|---|---|
//! | 0 | neither errors nor warnings | it was drawn, whatever warnings there are |
//! | 1 | errors: the engine would refuse a file. Or a command that makes no sense | the same |
//! | 2 | warnings and no errors: the engine would take the files | |

mod check;
mod diagnostic;
mod format;
mod graph;
mod kind;
mod outcome;
mod report;
mod request;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::audit::Catalog;
use crate::context::Context;
use crate::engine::EngineBuilder;
use crate::source::Fragment;
use outcome::{ERRORS, told};
use request::{Request, USAGE_HINT};

impl<D: Context, G: Context, E: Send + Sync + 'static> EngineBuilder<D, G, E> {
    /// Serves `check FILES`, `graph FILE` and `help`, if that is what the program was called with: files are checked against
    /// the processes that are registered by now, and nothing is run. `None` where it was called with anything else.
    ///
    /// The arguments are those of [`std::env::args_os`], the program's own name first. What is printed, and what the exit
    /// codes mean, is said [here](crate::command_line).
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Desk { served: u32 }
    /// # #[process(inputs = [domain.served], outputs = [domain.served])]
    /// # fn serve(ctx: Ctx<Desk>) { *ctx.domain.served += 1; }
    /// let builder = Engine::builder(Desk::default()).process::<Serve>();
    /// assert!(builder.command_line(["desk", "--verbose"]).is_none(), "that is for the program itself");
    /// assert!(builder.command_line(["desk", "check", "no/such/file.yaml"]).is_some());
    /// ```
    #[must_use = "it is the program's exit code: return it from `main`"]
    pub fn command_line<A: Into<OsString>>(&self, arguments: impl IntoIterator<Item = A>) -> Option<ExitCode> {
        let mut arguments = arguments.into_iter().map(Into::into);
        let program = arguments.next().map_or_else(String::new, |program| request::name_of(&program));
        let request = Request::read(arguments)?;
        let mut out = io::stdout().lock();
        let mut err = io::stderr().lock();
        let served = match self.catalog() {
            Ok(catalog) => serve(request, &program, (&catalog, self.known_fragments()), &mut out, &mut err),
            Err(wrong) => writeln!(err, "error: {wrong}").map(|()| ERRORS),
        };
        Some(served.and_then(|code| told(out.flush(), code)).map_or_else(unwritable, ExitCode::from))
    }
}

fn unwritable(reason: io::Error) -> ExitCode {
    // There is nowhere left to say it if this fails too.
    let _ = writeln!(io::stderr(), "error: cannot write: {reason}");
    ExitCode::from(ERRORS)
}

/// Does what is asked for, and gives the exit code.
fn serve(
    request: Request,
    program: &str,
    (catalog, fragments): (&Catalog, &[Fragment]),
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<u8> {
    match request {
        Request::Help => told(writeln!(out, "{}", request::usage(program)), 0),
        Request::Wrong(reason) => {
            told(writeln!(err, "error: {reason}\n\n{USAGE_HINT}\n{}", request::usage(program)), ERRORS)
        }
        Request::Check { files, json } => {
            let report = check::check(&files, catalog, fragments);
            told(if json { report.as_json(out) } else { report.as_text(out, err) }, report.code())
        }
        Request::Graph { file, format, json } => graph::graph(&file, format, json, (catalog, fragments), out, err),
    }
}
