//! A program of crates that were built with two versions of Theus: the second is this one under another number.
//!
//! `versions/` holds the crate of types and the programs. They are checked by cargo in a workspace of their own, once with a crate of
//! types on this very version, once on the other one.

use std::fs;
use std::path::Path;
use std::process::Command;

const OTHER: &str = "9.9.9";
const PROGRAMS: [&str; 3] = ["context", "field", "unlisted"];

/// What a program of this repository is made of, in which the other version stands beside.
const CRATES: [&str; 4] = ["theus-model", "theus-lang", "theus-macros", "theus-core"];

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(repository().join(path)).unwrap()
}

/// Files that are the same are left as they are: cargo does not compile them again.
fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    if fs::read_to_string(path).ok().as_deref() != Some(text) {
        fs::write(path, text).unwrap();
    }
}

/// A folder as it is, without what is there of an earlier one.
fn copy(from: &Path, to: &Path) {
    for old in fs::read_dir(to).into_iter().flatten().map(|entry| entry.unwrap()) {
        match from.join(old.file_name()) {
            source if source.exists() => {}
            _ if old.path().is_dir() => fs::remove_dir_all(old.path()).unwrap(),
            _ => fs::remove_file(old.path()).unwrap(),
        }
    }
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() { copy(&path, &to) } else { write(&to, &fs::read_to_string(&path).unwrap()) }
    }
}

/// A manifest without the tables that `is_left_out` names.
fn without(manifest: &str, is_left_out: impl Fn(&str) -> bool) -> String {
    let mut is_out = false;
    let kept = manifest.lines().filter(|line| {
        if line.starts_with('[') {
            is_out = is_left_out(line);
        }
        !is_out
    });
    kept.fold(String::new(), |text, line| text + line + "\n")
}

/// This repository's crates under another number.
fn another_version(folder: &Path) {
    let version = env!("CARGO_PKG_VERSION");
    let root = without(&read("Cargo.toml"), |table| table == "[workspace]" || table.starts_with("[profile"));
    let root = root.replace(&format!("\"{version}\""), &format!("\"{OTHER}\""));
    let root = root.replace(&format!("\"={version}\""), &format!("\"={OTHER}\""));
    write(&folder.join("Cargo.toml"), &format!("[workspace]\nresolver = \"3\"\nmembers = {CRATES:?}\n{root}"));
    for name in CRATES {
        let tests = |table: &str| table == "[dev-dependencies]" || table == "[[bench]]";
        write(&folder.join(name).join("Cargo.toml"), &without(&read(format!("{name}/Cargo.toml")), tests));
        for sources in ["src", "docs"] {
            let sources = repository().join(name).join(sources);
            if sources.is_dir() {
                copy(&sources, &folder.join(name).join(sources.file_name().unwrap()));
            }
        }
    }
}

/// The programs, with the crate of types on the Theus in that folder.
fn programs(folder: &Path, theirs: &Path) {
    let manifest = |name: &str, core: &Path, more: &str| {
        let core = core.join("theus-core");
        let package = format!(
            "[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2024\"\n[lib]\npath = \"src/lib.rs\"\n"
        );
        format!("{package}[dependencies]\ntheus-core = {{ path = {core:?}, features = [\"files\"] }}\n{more}")
    };
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/versions");
    let source = |name: &str| fs::read_to_string(sources.join(name)).unwrap();
    write(&folder.join("domain/Cargo.toml"), &manifest("domain", theirs, ""));
    write(&folder.join("domain/src/lib.rs"), &source("domain.rs"));
    // Third-party crates are those of the tests that have been built already: the same versions, and compiled alike.
    let profile = without(&read("Cargo.toml"), |table| !table.starts_with("[profile.dev"));
    let more = format!("domain = {{ path = \"domain\" }}\n[workspace]\n{profile}");
    write(&folder.join("Cargo.toml"), &manifest("program", repository(), &more));
    fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    write(&folder.join("src/lib.rs"), "");
    write(&folder.join("audit.yaml"), &source("audit.yaml"));
    for name in PROGRAMS {
        write(&folder.join(format!("src/bin/{name}.rs")), &source(&format!("{name}.rs")));
    }
}

/// What the compiler says of a program; nothing where it compiles without a warning.
fn check(folder: &Path, program: &str) -> String {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut cargo = Command::new(cargo);
    cargo.current_dir(folder).args(["check", "--quiet", "--offline", "--color", "never", "--bin", program]);
    let output = cargo.arg("--target-dir").arg(target).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.success(), !said.contains("error"), "{said}");
    said
}

/// The first error and what follows, and how many errors there are.
fn errors(said: &str) -> (&str, usize) {
    let is_heading = |line: &&str| line.starts_with("error") && !line.starts_with("error: could not compile");
    let first = said.lines().take_while(|line| !is_heading(line)).map(|line| line.len() + 1).sum::<usize>();
    (&said[first..], said.lines().filter(is_heading).count())
}

const REMEDY: &str = "       let all crates of the program name the same version of `theus-core`: `cargo tree --invert theus-core` says which one names which";

#[test]
fn a_crate_that_was_built_with_another_version_is_told_and_one_of_this_version_is_taken() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("versions");
    let (same, two, other) = (folder.join("same"), folder.join("two"), folder.join("other"));
    programs(&same, repository());
    for program in ["context", "field"] {
        assert_eq!(check(&same, program), "", "{program}: on one version, all is well, and nothing is warned of");
    }

    another_version(&other);
    programs(&two, &other);
    let of = |names: &str| {
        format!(
            "error: {names} of a crate that was built with Theus {OTHER}, and this is Theus {}\n{REMEDY}\n",
            env!("CARGO_PKG_VERSION")
        )
    };
    let said = check(&two, "context");
    let (first, _) = errors(&said);
    assert!(first.starts_with(&of("`Fill`, `Level`, `Tank` are")), "{said}");
    assert!(first.contains("--> src/bin/context.rs:7:14"), "at the first of them: {said}");

    let said = check(&two, "field");
    let (first, count) = errors(&said);
    assert!(first.starts_with(&of("`Level` is")) && count == 1, "{said}");

    // Whichever version it is of: a rule asks about what nobody has said.
    for folder in [&same, &two] {
        let said = check(folder, "unlisted");
        let (first, count) = errors(&said);
        assert!(
            first.starts_with("error: the file asks about values of `Level`, of which only the name is known here"),
            "{said}"
        );
        assert!(first.contains("--> src/bin/unlisted.rs:18:16") && count == 1, "{said}");
    }
}
