//! What a process costs in build time; see `check_time.sh`, which does the work.
#![allow(missing_docs, reason = "a bench")]

use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    // Cargo builds benches as tests too, and asks them to be quick.
    if std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        return ExitCode::SUCCESS;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/check_time.sh");
    match Command::new("bash").arg(script).status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(status) => {
            eprintln!("{script}: {status}");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("bash {script}: {error}");
            ExitCode::FAILURE
        }
    }
}
