#!/usr/bin/env bash
# What a process costs in build time: `cargo check` of N processes against the same N plain functions.
# Two shapes: an update of one field, and one with two inputs, two outputs, two arguments and a declared error.
# Usage: theus-core/benches/check_time.sh [processes] [rounds]
set -euo pipefail

processes=${1:-100}
rounds=${2:-5}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CARGO_TARGET_DIR="$work/target"

manifest() {
    mkdir -p "$work/$1/src"
    cp "$root/Cargo.lock" "$work/$1/Cargo.lock"
    cat > "$work/$1/Cargo.toml" <<TOML
[package]
name = "$1"
version = "0.0.0"
edition = "2024"
[workspace]
[dependencies]
theus-core = { path = "$root/theus-core" }
TOML
}

head_of_crate() {
    cat <<'RUST'
#![allow(dead_code)]
use theus_core::prelude::*;

#[derive(Debug)]
pub struct Refused;
impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("refused") }
}
impl std::error::Error for Refused {}

#[derive(Clone, Default, Context)]
pub struct Bank { total: i64, limit: i64, last: String }
RUST
}

small_process() {
    cat <<RUST
#[process(inputs = [domain.total], outputs = [domain.total])]
pub fn p$1(ctx: Ctx<Bank>, amount: i64) -> i64 { *ctx.domain.total += amount; *ctx.domain.total }
RUST
}

small_function() {
    echo "pub fn p$1(total: &mut i64, amount: i64) -> i64 { *total += amount; *total }"
}

large_process() {
    cat <<RUST
#[process(inputs = [domain.total, domain.limit], outputs = [domain.total, domain.last], errors = [Refused])]
pub fn p$1(ctx: Ctx<Bank>, amount: i64, note: String) -> Result<i64, Refused> {
    if amount < 0 { return Err(Refused); }
    *ctx.domain.total += amount;
    ctx.domain.last.set(note.clone());
    Ok(*ctx.domain.total + *ctx.domain.limit + note.len() as i64)
}
RUST
}

large_function() {
    cat <<RUST
pub fn p$1(total: &mut i64, limit: &i64, last: &mut String, amount: i64, note: String) -> Result<i64, Refused> {
    if amount < 0 { return Err(Refused); }
    *total += amount;
    last.clone_from(&note);
    Ok(*total + *limit + note.len() as i64)
}
RUST
}

# Of the processor's time, not of the clock's: others may be at work on this machine.
TIMEFORMAT=%U

# The best of some rounds, in milliseconds; the dependencies are built before.
best() {
    cargo check --quiet --offline --manifest-path "$work/$1/Cargo.toml" 2> "$work/log" || { cat "$work/log" >&2; exit 1; }
    local least=""
    for ((round = 0; round < rounds; round++)); do
        touch "$work/$1/src/lib.rs"
        rm -rf "$work/target/debug/incremental"
        local took
        took=$({ time cargo check --quiet --offline --manifest-path "$work/$1/Cargo.toml" 2> /dev/null; } 2>&1)
        least=$(printf '%s\n%s\n' "$least" "$took" | grep . | sort -n | head -n 1)
    done
    awk -v seconds="$least" 'BEGIN { printf "%d", seconds * 1000 }'
}

manifest processes
manifest functions
for shape in small large; do
    for kind in process function; do
        crate=${kind/process/processes}
        crate=${crate/function/functions}
        {
            head_of_crate
            for ((n = 0; n < processes; n++)); do "${shape}_$kind" "$n"; done
        } > "$work/$crate/src/lib.rs"
    done
    with=$(best processes)
    without=$(best functions)
    awk -v shape="$shape" -v n="$processes" -v with="$with" -v without="$without" 'BEGIN {
        printf "%s: cargo check of %d processes %d ms, of %d plain functions %d ms: %.1f ms a process\n",
            shape, n, with, n, without, (with - without) / n
    }'
done
