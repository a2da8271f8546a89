#!/usr/bin/env bash
# What a process costs in build time: `cargo check` of N processes against the same N plain functions.
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

# Every function: two inputs, two outputs, one of them both, two arguments, a declared error.
body() {
    cat <<RUST
    if amount < 0 { return Err(Refused); }
    *$1total += amount;
    $1$2
    Ok(*$1total + *$1limit + note.len() as i64)
RUST
}

manifest processes
manifest functions
for crate in processes functions; do
    cat > "$work/$crate/src/lib.rs" <<'RUST'
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
done
for ((n = 0; n < processes; n++)); do
    {
        echo "#[process(inputs = [domain.total, domain.limit], outputs = [domain.total, domain.last], errors = [Refused])]"
        echo "pub fn p$n(ctx: Ctx<Bank>, amount: i64, note: String) -> Result<i64, Refused> {"
        body "ctx.domain." "last.set(note.clone());"
        echo "}"
    } >> "$work/processes/src/lib.rs"
    {
        echo "pub fn p$n(total: &mut i64, limit: &i64, last: &mut String, amount: i64, note: String) -> Result<i64, Refused> {"
        body "" "last.clone_from(&note);"
        echo "}"
    } >> "$work/functions/src/lib.rs"
done

# The best of some rounds, in milliseconds; the dependencies are built before.
best() {
    cargo check --quiet --offline --manifest-path "$work/$1/Cargo.toml" 2> "$work/log" || { cat "$work/log" >&2; exit 1; }
    local least=""
    for ((round = 0; round < rounds; round++)); do
        touch "$work/$1/src/lib.rs"
        rm -rf "$work/target/debug/incremental"
        local start end took
        start=$(date +%s%N)
        cargo check --quiet --offline --manifest-path "$work/$1/Cargo.toml" 2> /dev/null
        end=$(date +%s%N)
        took=$(((end - start) / 1000000))
        if [[ -z $least || $took -lt $least ]]; then least=$took; fi
    done
    echo "$least"
}

with=$(best processes)
without=$(best functions)
echo "cargo check, $processes processes:       $with ms"
echo "cargo check, $processes plain functions: $without ms"
echo "a process costs $(((with - without) * 100 / processes)) hundredths of a ms"
