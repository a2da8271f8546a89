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

/// A plan that looks something up, with these calls.
pub(crate) fn plan(calls: &str) -> String {
    format!("{{ query: garden house, formula: 3 * 120, calls: [{calls}] }}")
}

/// The call that books the room that everybody wants.
pub(crate) const BOOK: &str = "{ tool: book, target: Garden House }";
/// A note where notes belong.
pub(crate) const NOTE: &str = "{ tool: note, target: notes/a.md, text: noted }";

impl Fixture {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    pub(crate) fn with(self, name: &str, text: &str) -> Self {
        fs::write(self.path().join(name), text).unwrap();
        self
    }

    /// With a script: what the model plans, drafts and reviews, and what the human answers, each as a YAML list.
    pub(crate) fn script(plan: &[String], draft: &str, review: &str, human: &str) -> Self {
        let plan = plan.join(", ");
        let text = format!("model:\n  plan: [{plan}]\n  draft: [{draft}]\n  review: [{review}]\nhuman: [{human}]\n");
        Self::new().with("script.yaml", &text)
    }

    /// A script in which all goes well but for the plans, of which only the last can be good.
    pub(crate) fn plans(plans: &[String]) -> Self {
        Self::script(plans, "done, done, done, done", "{ score: 9 }, { score: 9 }, { score: 9 }", "{ by: R. Lee }")
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_agent"));
        command.args(arguments).current_dir(self.path());
        command
    }

    /// The summary of a run with `script.yaml`, which must have come to an end.
    pub(crate) fn played(&self) -> Value {
        let ran = self.run(&["--json", "--script", "script.yaml"]);
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

/// The states that were entered, in order.
pub(crate) fn ways(summary: &Value) -> Vec<String> {
    let moved = entries(summary, "moved");
    moved.iter().map(|entry| entry["to"][0].as_str().unwrap().to_owned()).collect()
}

/// The entries of one kind.
pub(crate) fn entries<'a>(summary: &'a Value, kind: &str) -> Vec<&'a Value> {
    summary["trace"].as_array().unwrap().iter().filter(|entry| entry["kind"] == kind).collect()
}

/// The steps of one process that were rolled back: why.
pub(crate) fn failures(summary: &Value, process: &str) -> Vec<String> {
    let failed = entries(summary, "step").into_iter().filter(|entry| entry["process"] == process);
    failed.filter_map(|entry| entry["error"].as_str().map(str::to_owned)).collect()
}
