//! A folder with files, and the program run in it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) struct Fixture {
    folder: TempDir,
}

/// What a run left behind.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// With a recipe of entries for the two gates of `transfer`, and one that everything passes: none at all is no recipe.
    pub(crate) fn rules(inputs: &[String], outputs: &[String]) -> Self {
        let gate = |name: &str, entries: &[String]| {
            let lines: String = entries.iter().map(|entry| format!("      - {entry}\n")).collect();
            if lines.is_empty() { lines } else { format!("    {name}:\n{lines}") }
        };
        let transfer = if inputs.is_empty() && outputs.is_empty() { "" } else { "  transfer:\n" };
        let (inputs, outputs) = (gate("inputs", inputs), gate("outputs", outputs));
        let passed = "  open_day:\n    inputs:\n      - { field: domain.day, min: 1 }\n";
        Self::new().with("audit.yaml", &format!("process_recipes:\n{transfer}{inputs}{outputs}{passed}"))
    }

    /// With a recipe of one entry at the input gate of `transfer`.
    pub(crate) fn rule(entry: &str) -> Self {
        Self::rules(&[entry.to_owned()], &[])
    }

    pub(crate) fn with(self, name: &str, text: &str) -> Self {
        fs::write(self.path().join(name), text).unwrap();
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bank"));
        command.args(arguments).current_dir(self.path());
        command
    }

    /// The summary of so many transfers under `audit.yaml`; the run must have come to its end or its stop.
    pub(crate) fn audited(&self, transfers: u64, seed: u64) -> Value {
        let (transfers, seed) = (transfers.to_string(), seed.to_string());
        let ran = self.run(&["--json", "--transfers", &transfers, "--seed", &seed, "--recipe", "audit.yaml"]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        ran.json()
    }
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The one line of standard output.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.out.lines().count(), 1, "{}", self.out);
        serde_json::from_str(&self.out).unwrap()
    }
}
