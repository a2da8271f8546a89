#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panicking")]

use std::ffi::OsString;
use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::request::Request;
use super::serve;
use crate::engine::Engine;
use crate::prelude::*;

#[derive(Clone, Default, Context)]
struct Desk {
    served: u32,
    sig_full: bool,
}

#[process(inputs = [domain.served], outputs = [domain.served, domain.sig_full])]
fn serve_one(ctx: Ctx<Desk>) {
    *ctx.domain.served += 1;
    ctx.domain.sig_full.set(*ctx.domain.served > 9);
}

const RECIPE: &str = "process_recipes: { serve_one: { outputs: [ { field: domain.served, max: 20 } ] } }\n";
const WORKFLOW: &str =
    "states:\n  OPEN: { entry: serve_one, events: { SIG_FULL: SHUT } }\n  SHUT: { events: { SIG_FULL: OPEN } }\n";

/// What a call printed, and its exit code.
#[derive(Debug, PartialEq, Eq)]
struct Ran {
    code: u8,
    out: String,
    err: String,
}

struct Folder(TempDir);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Self(folder)
    }

    /// A call in the folder, whose own path is cut out of what was printed.
    fn run(&self, arguments: &[&str]) -> Ran {
        let in_folder = |word: &&str| match word.ends_with(".yaml") {
            true => self.0.path().join(word).into_os_string(),
            false => OsString::from(word),
        };
        let request = Request::read(arguments.iter().map(in_folder)).expect("one of the commands");
        let catalog = Engine::builder(Desk::default()).process::<ServeOne>().catalog().unwrap().clone();
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = serve(request, "desk", (&catalog, &[]), &mut out, &mut err).unwrap();
        let path = format!("{}/", self.0.path().display());
        let text = |bytes| String::from_utf8(bytes).unwrap().replace(&path, "");
        Ran { code, out: text(out), err: text(err) }
    }
}

fn clean(summary: &str) -> Ran {
    Ran { code: 0, out: format!("{summary}\n"), err: String::new() }
}

#[test]
fn what_is_right_is_counted_and_nothing_else_is_said() {
    let folder = Folder::with(&[("audit.yaml", RECIPE), ("flow.yaml", WORKFLOW)]);
    let both = folder.run(&["check", "audit.yaml", "flow.yaml"]);
    assert_eq!(both, clean("checked 1 recipe and 1 workflow: no errors, no warnings"));
    assert_eq!(folder.run(&["check", "flow.yaml"]), clean("checked 1 workflow: no errors, no warnings"));
}

#[test]
fn a_workflow_of_nothing_but_steps_is_one() {
    let folder = Folder::with(&[
        ("steps.yaml", "steps: [serve_one]\n"),
        ("named.yaml", "name: night\nstrict: true\nlimit: 9\nsteps: [serve_one]\n"),
        ("nearly.yaml", "stpes: [serve_one]\n"),
        ("name.yaml", "name: night\n"),
    ]);
    assert_eq!(folder.run(&["check", "steps.yaml"]), clean("checked 1 workflow: no errors, no warnings"));
    assert_eq!(folder.run(&["check", "named.yaml"]), clean("checked 1 workflow: no errors, no warnings"));
    let nearly = folder.run(&["check", "nearly.yaml"]);
    assert!(nearly.code == 1 && nearly.err.contains("did you mean `steps`?"), "{nearly:?}");
    let neither = folder.run(&["check", "name.yaml"]);
    assert!(neither.code == 1 && neither.err.contains("a workflow has `states` or `steps`"), "{neither:?}");
    assert_eq!(folder.run(&["graph", "steps.yaml"]).code, 0);
}

#[test]
fn every_problem_of_every_file_is_drawn_in_the_order_of_the_files() {
    let recipe = "process_recipes:\n  serve_on: { outputs: [ { field: domain.served, max: 20 } ] }\n";
    let workflow = "states:\n  OPEN: { entry: serve_tow, events: { SIG_FULL: SHUT } }\n  SHUT: { final: true }\n";
    let folder = Folder::with(&[("flow.yaml", workflow), ("audit.yaml", recipe)]);
    let ran = folder.run(&["check", "audit.yaml", "flow.yaml", "gone.yaml"]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.out, "checked 1 recipe, 1 workflow and 1 file of no kind: 3 errors, no warnings\n");
    let places = ["audit.yaml:2:3", "`serve_one`", "flow.yaml:2:18", "error[Y001]: cannot read `gone.yaml`"];
    let found: Vec<_> = places.iter().map(|place| ran.err.find(place)).collect();
    assert!(found.iter().all(Option::is_some) && found.is_sorted(), "{found:?}\n{}", ran.err);
}

#[test]
fn what_becomes_of_a_saga_is_said_for_each_way_out_of_it() {
    let flow = "states:\n  OPEN:\n    saga: true\n    entry: { run: serve_one, compensate: serve_one }\n    events: { SIG_FULL: { to: SHUT, undo: false } }\n    after: { 1h: LATE, 2h: { to: SHUT, undo: false } }\n  SHUT: { final: true }\n  LATE: { final: true }\n";
    let folder = Folder::with(&[("flow.yaml", flow)]);
    let ran = folder.run(&["check", "flow.yaml"]);
    let expected = [
        "flow: saga OPEN: SIG_FULL -> SHUT: stays",
        "flow: saga OPEN: after 1h -> LATE: undone",
        "flow: saga OPEN: after 2h -> SHUT: stays",
        "checked 1 workflow: no errors, no warnings",
    ];
    assert_eq!(ran, clean(&expected.join("\n")));
    let json: serde_json::Value = serde_json::from_str(&folder.run(&["check", "--json", "flow.yaml"]).out).unwrap();
    assert_eq!(json["sagas"][1]["undoes"], true);
}

#[test]
fn what_states_defer_is_said_with_who_takes_it() {
    let flow = "external: [CMD_GO]\nstates:\n  OPEN: { defer: SIG_FULL, events: { CMD_GO: FULL } }\n  FULL: { events: { SIG_FULL: SHUT } }\n  SHUT: { final: true }\n";
    let folder = Folder::with(&[("flow.yaml", flow)]);
    let ran = folder.run(&["check", "flow.yaml"]);
    assert_eq!(ran, clean("flow: OPEN defers EVT_FULL, for FULL\nchecked 1 workflow: no errors, no warnings"));
    let json: serde_json::Value = serde_json::from_str(&folder.run(&["check", "--json", "flow.yaml"]).out).unwrap();
    assert_eq!(json["deferrals"][0]["taken_by"][0], "FULL");
}

#[test]
fn warnings_alone_have_a_code_of_their_own_and_an_error_beside_them_has_the_errors() {
    let lost = "states:\n  OPEN: { entry: serve_one, events: { SIG_FULL: SHUT } }\n  SHUT: { events: { SIG_FULL: OPEN } }\n  LOST: { events: { SIG_FULL: SHUT } }\n";
    let nothing = "process_recipes: {}\n";
    let folder = Folder::with(&[("lost.yaml", lost), ("nothing.yaml", nothing), ("wrong.yaml", "states: { A: 1 }")]);
    let ran = folder.run(&["check", "lost.yaml", "nothing.yaml"]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (2, "checked 1 recipe and 1 workflow: no errors, 2 warnings\n"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("lost.yaml:4:") && ran.err.contains("warning[R104]"), "{}", ran.err);
    assert_eq!(folder.run(&["check", "lost.yaml", "wrong.yaml"]).code, 1);
}

#[test]
fn recipes_are_layers_of_one_in_their_order() {
    let base = "process_recipes:\n  _served: { outputs: [ { field: domain.served, max: 20 } ] }\n";
    let site = "process_recipes:\n  serve_one: { inherits: _served }\n";
    let folder = Folder::with(&[("base.yaml", base), ("site.yaml", site)]);
    let ran = folder.run(&["check", "base.yaml", "site.yaml"]);
    assert_eq!(ran, clean("checked 1 recipe of 2 layers: no errors, no warnings"));
    let alone = folder.run(&["check", "site.yaml"]);
    assert!(alone.code == 1 && alone.err.contains("`_served`"), "{alone:?}");
}

#[test]
fn a_file_is_known_by_its_keys_even_where_they_are_misspelt() {
    let folder = Folder::with(&[
        ("recipe.yaml", "proces_recipes: {}\n"),
        ("flow.yaml", "state: { A: {} }\n"),
        ("list.yaml", "- states\n"),
        ("other.yaml", "services: {}\n"),
        ("empty.yaml", ""),
    ]);
    for (file, words) in [
        ("recipe.yaml", "did you mean `process_recipes`?"),
        ("flow.yaml", "did you mean `states`?"),
        ("list.yaml", "`list.yaml` is neither a recipe nor a workflow"),
        ("other.yaml", "a recipe has `process_recipes` or `invariants`, a workflow has `states`"),
        ("empty.yaml", "`empty.yaml` is empty"),
    ] {
        let ran = folder.run(&["check", file]);
        assert!(ran.code == 1 && ran.err.contains(words), "{file}: {ran:?}");
    }
}

#[test]
fn as_json_it_is_one_object_and_nothing_else() {
    let recipe = "process_recipes:\n  serve_on: { outputs: [ { field: domain.served, max: 20 } ] }\n";
    let folder = Folder::with(&[("audit.yaml", recipe), ("flow.yaml", WORKFLOW), ("what.yaml", "a: 1")]);
    let ran = folder.run(&["check", "--json", "audit.yaml", "flow.yaml", "what.yaml"]);
    assert_eq!((ran.code, ran.err.as_str(), ran.out.lines().count()), (1, "", 1));
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&told["errors"], &told["warnings"]), (&json!(2), &json!(0)));
    let kinds: Vec<_> = told["files"].as_array().unwrap().iter().map(|file| &file["kind"]).collect();
    assert_eq!(kinds, [&json!("recipe"), &json!("workflow"), &Value::Null]);
    let first = &told["problems"][0];
    let found = (&first["file"], &first["line"], &first["column"], &first["severity"], &first["code"]);
    assert_eq!(found, (&json!("audit.yaml"), &json!(2), &json!(3), &json!("error"), &json!("R004")));
    assert_eq!(first["help"], "did you mean `serve_one`?");
}

#[test]
fn a_workflow_is_drawn_in_the_format_that_is_asked_for() {
    let folder = Folder::with(&[("flow.yaml", WORKFLOW)]);
    for (arguments, begin, end) in [
        (&["graph", "flow.yaml"][..], "stateDiagram-v2", ""),
        (&["graph", "flow.yaml", "mermaid"], "stateDiagram-v2", ""),
        (&["graph", "flow.yaml", "dot"], "digraph", "}\n"),
        (&["graph", "flow.yaml", "svg"], "<svg", "</svg>\n"),
    ] {
        let ran = folder.run(arguments);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{arguments:?}");
        assert!(ran.out.contains(begin) && ran.out.ends_with(end) && ran.out.contains("SHUT"), "{}", ran.out);
    }
    let ran = folder.run(&["graph", "--json", "flow.yaml", "dot"]);
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&told["workflow"], &told["format"], ran.code), (&json!("flow"), &json!("dot"), 0));
    assert!(told["graph"].as_str().unwrap().contains("SHUT"));
}

#[test]
fn what_has_no_chart_is_told_and_nothing_is_drawn() {
    let wrong = "states:\n  OPEN: { entry: serve_tow, events: { SIG_FULL: OPEN } }\n";
    let folder = Folder::with(&[("audit.yaml", RECIPE), ("wrong.yaml", wrong)]);
    for (file, words) in
        [("audit.yaml", "`audit.yaml` is a recipe"), ("wrong.yaml", "`serve_one`"), ("gone.yaml", "Y001")]
    {
        let ran = folder.run(&["graph", file]);
        assert!(ran.code == 1 && ran.out.is_empty() && ran.err.contains(words), "{file}: {ran:?}");
        let ran = folder.run(&["graph", "--json", file]);
        assert_eq!((ran.code, ran.err.as_str()), (1, ""));
        assert_eq!(serde_json::from_str::<Value>(&ran.out).unwrap()["errors"], 1, "{}", ran.out);
    }
}

#[test]
fn a_command_that_makes_no_sense_is_told_with_the_usage() {
    let folder = Folder::with(&[]);
    for (arguments, reason) in [
        (&["check"][..], "error: `check` needs the files to check"),
        (&["graph"], "error: `graph` needs the workflow to draw"),
        (&["graph", "a.yaml", "dto"], "error: there is no format `dto`; did you mean `dot`?"),
        (&["graph", "a.yaml", "dot", "svg"], "error: `graph` draws one workflow in one format"),
        (&["check", "--jsn", "a.yaml"], "error: there is no option `--jsn`; did you mean `--json`?"),
    ] {
        let ran = folder.run(arguments);
        assert!(ran.code == 1 && ran.out.is_empty() && ran.err.starts_with(reason), "{ran:?}");
        assert!(ran.err.contains("desk check [--json] FILE..."), "{ran:?}");
    }
    let dashed = folder.run(&["check", "--", "--json"]);
    assert!(dashed.err.contains("cannot read `--json`"), "behind `--` there are only files: {dashed:?}");
}

#[test]
fn help_is_on_standard_output_and_what_is_not_ours_is_left_alone() {
    let folder = Folder::with(&[]);
    for arguments in [&["help"][..], &["help", "check"], &["check", "-h"], &["graph", "--help"]] {
        let ran = folder.run(arguments);
        assert!(ran.code == 0 && ran.err.is_empty() && ran.out.contains("desk check [--json] FILE..."), "{ran:?}");
    }
    for arguments in [&[][..], &["--json"], &["chekc", "a.yaml"], &["run", "check"]] {
        assert_eq!(Request::read(arguments.iter().map(OsString::from)), None, "{arguments:?}");
    }
}

#[test]
fn processes_that_share_a_name_are_told_before_any_file() {
    let builder = Engine::builder(Desk::default()).process::<ServeOne>().process::<ServeOne>();
    assert!(builder.catalog().is_err());
    assert!(builder.command_line(["desk", "check", "a.yaml"]).is_some());
    assert!(builder.command_line(["desk"]).is_none());
}

/// What a pipe is whose reader has seen enough.
struct Closed;

impl std::io::Write for Closed {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::BrokenPipe.into())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn errors_are_errors_where_nobody_reads_on() {
    let folder = Folder::with(&[("right.yaml", WORKFLOW), ("wrong.yaml", "states: { A: { entry: serve_tow } }\n")]);
    let catalog = Engine::builder(Desk::default()).process::<ServeOne>().catalog().unwrap().clone();
    for (command, name, json, expected) in [
        ("check", "right.yaml", false, 0),
        ("check", "wrong.yaml", false, 1),
        ("check", "wrong.yaml", true, 1),
        ("graph", "right.yaml", false, 0),
        ("graph", "wrong.yaml", false, 1),
        ("graph", "wrong.yaml", true, 1),
    ] {
        let mut words = vec![OsString::from(command), folder.0.path().join(name).into_os_string()];
        words.extend(json.then(|| OsString::from("--json")));
        let request = Request::read(words.into_iter()).expect("one of the commands");
        let code = serve(request, "desk", (&catalog, &[]), &mut Closed, &mut Closed).unwrap();
        assert_eq!(code, expected, "{command} {name}");
    }
}
