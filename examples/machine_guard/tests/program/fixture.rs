//! A folder with files, and the program run in it.

use std::fs;
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

    /// Readings with timestamps `t1`, `t2` and so on.
    pub(crate) fn readings(values: &[f64]) -> Self {
        let rows: String = values.iter().enumerate().map(|(at, value)| format!("t{},{value}\n", at + 1)).collect();
        Self::new().with("in.csv", &format!("timestamp,value\n{rows}"))
    }

    /// A recipe of entries for the two gates of `record_reading`.
    pub(crate) fn rules(self, inputs: &[String], outputs: &[String]) -> Self {
        let gate = |name: &str, entries: &[String]| match entries {
            [] => String::new(),
            entries => {
                format!("    {name}:\n{}", entries.iter().map(|it| format!("      - {it}\n")).collect::<String>())
            }
        };
        let (inputs, outputs) = (gate("inputs", inputs), gate("outputs", outputs));
        self.with("audit.yaml", &format!("process_recipes:\n  record_reading:\n{inputs}{outputs}"))
    }

    /// A recipe of one entry at the output gate of `record_reading`.
    pub(crate) fn rule(self, entry: &str) -> Self {
        self.rules(&[], &[entry.to_owned()])
    }

    pub(crate) fn with(self, name: &str, text: &str) -> Self {
        fs::write(self.folder.path().join(name), text).unwrap();
        self
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.folder.path().join(name).exists()
    }

    /// The file is gone, if it was there.
    pub(crate) fn remove(&self, name: &str) {
        let _ = fs::remove_file(self.folder.path().join(name));
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_machine_guard"));
        command.args(arguments).current_dir(self.folder.path());
        command
    }

    /// The summary of `in.csv` under `audit.yaml`; the run must have come to its end or its stop.
    pub(crate) fn guarded(&self) -> Value {
        let ran = self.run(&["--json", "--input", "in.csv", "--recipe", "audit.yaml"]);
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
