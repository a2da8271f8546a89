//! Theus beside its peers: `cargo bench`. Compare the medians inside a group; the README tells what they do.
#![allow(clippy::expect_used, reason = "benches")]

mod judging;
mod loading;
mod machine;

fn main() {
    divan::main();
}
