//! What the program was called with.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::format::Format;
use crate::source::did_you_mean;

/// What stands above the usage where a command was wrong.
pub(super) const USAGE_HINT: &str = "usage:";

const OPTIONS: [&str; 2] = ["--json", "--help"];

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Request {
    Check {
        files: Vec<PathBuf>,
        json: bool,
    },
    Graph {
        file: PathBuf,
        format: Format,
        json: bool,
    },
    Help,
    /// It is one of the commands, and makes no sense.
    Wrong(String),
}

/// The commands in a few lines.
pub(super) fn usage(program: &str) -> String {
    format!(
        "  {program} check [--json] FILE...
      checks audit recipes and workflows without running anything; several recipes are
      checked as one, later files over earlier ones
      exit code: 0 clean, 1 errors, 2 warnings and no errors
  {program} graph [--json] FILE [mermaid|dot|svg]
      draws a workflow
  {program} help
      says this"
    )
}

/// The name of a program by the path it was called by.
pub(super) fn name_of(program: &OsStr) -> String {
    Path::new(program).file_stem().unwrap_or(program).to_string_lossy().into_owned()
}

impl Request {
    /// Reads the arguments behind the program's name; `None` where they are none of this.
    pub(super) fn read(mut arguments: impl Iterator<Item = OsString>) -> Option<Self> {
        let command = arguments.next()?;
        let command = command.to_str()?;
        if !matches!(command, "check" | "graph" | "help") {
            return None;
        }
        Some(Words::of(arguments).map_or_else(Self::Wrong, |words| words.request(command)))
    }
}

/// The arguments behind a command, options apart.
struct Words {
    plain: Vec<OsString>,
    json: bool,
    help: bool,
}

impl Words {
    fn of(arguments: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let mut words = Self { plain: Vec::new(), json: false, help: false };
        let mut options = true;
        for argument in arguments {
            match argument.to_str() {
                Some("--") if options => options = false,
                Some("--json") if options => words.json = true,
                Some("--help" | "-h") if options => words.help = true,
                Some(option) if options && option.starts_with('-') && option.len() > 1 => {
                    let help = did_you_mean(option, OPTIONS).map(|help| format!("; {help}")).unwrap_or_default();
                    return Err(format!("there is no option `{option}`{help}"));
                }
                _ => words.plain.push(argument),
            }
        }
        Ok(words)
    }

    fn request(self, command: &str) -> Request {
        if self.help || command == "help" {
            return Request::Help;
        }
        if command == "check" {
            return match self.plain.is_empty() {
                true => Request::Wrong("`check` needs the files to check".to_owned()),
                false => Request::Check { files: self.plain.into_iter().map(PathBuf::from).collect(), json: self.json },
            };
        }
        match &self.plain[..] {
            [] => Request::Wrong("`graph` needs the workflow to draw".to_owned()),
            [file] => Request::Graph { file: file.into(), format: Format::Mermaid, json: self.json },
            [file, format] => match Format::named(&format.to_string_lossy()) {
                Ok(format) => Request::Graph { file: file.into(), format, json: self.json },
                Err(reason) => Request::Wrong(reason),
            },
            _ => Request::Wrong("`graph` draws one workflow in one format".to_owned()),
        }
    }
}
