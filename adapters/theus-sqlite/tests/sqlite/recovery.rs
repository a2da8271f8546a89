//! System calls that fail: the disk says no in the middle of a commit.
//!
//! `strace` makes them fail, in another program; where there is none, the tests say so.

use std::process::Command;

use theus_sqlite::Durability;

use super::child::*;
use super::desk::*;
use super::processes::number;

fn can_fail() -> bool {
    let tried =
        Command::new("strace").args(["-f", "-qq", "-o", "/dev/null", "-e", "inject=fsync:error=EIO", "true"]).output();
    let can = tried.is_ok_and(|output| output.status.success());
    if !can {
        println!("not tried: there is no `strace` that makes system calls fail");
    }
    can
}

/// The k-th of these calls fails, and perhaps all after it; what was told is what is there.
fn one(calls: &str, error: &str, when: &str) -> [usize; 3] {
    let folder = Folder::new();
    drop(quick(folder.path()));
    let inject = format!("inject={calls}:error={error}:when={when}");
    let trace = format!("trace={calls}");
    let runner = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject];
    let mut child = start(&runner, "books", &folder.path(), Durability::PowerLoss, 6);
    let said = said(&mut child);
    child.wait().unwrap();
    let what = format!("{inject}: {said:?}");
    let found = is_whole(&folder.path());
    let mut counts = [0; 3];
    for (session, found) in found {
        for [told, _, number] in said.iter().filter(|said| said[1] == session) {
            let number: u64 = number.parse().unwrap();
            let times = found.iter().filter(|found| **found == number).count();
            match told.as_str() {
                "ok" => assert_eq!(times, 1, "{session} {number} was acknowledged; {what}"),
                "doubt" => assert!(times <= 1, "{session} {number} was in doubt; {what}"),
                "full" | "io" | "unavailable" | "readonly" | "conflict" => {
                    assert_eq!(times, 0, "{session} {number} was refused; {what}");
                }
                told => panic!("{told}; {what}"),
            }
            counts[match told.as_str() {
                "ok" => 0,
                "doubt" => 1,
                _ => 2,
            }] += 1;
        }
    }
    counts
}

#[test]
fn where_a_flush_fails_the_answer_is_what_is_there() {
    if !can_fail() {
        return;
    }
    let mut sum = [0; 3];
    for k in 1..=number("THEUS_CALLS", 10) {
        for when in [k.to_string(), format!("{k}..{}", k + 3)] {
            let counts = one("fdatasync,fsync", "EIO", &when);
            sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
    }
    println!("acknowledged {}, in doubt {}, refused {}", sum[0], sum[1], sum[2]);
    assert!(sum[0] > 0 && sum[1] + sum[2] > 0, "{sum:?}");
}

#[test]
fn where_the_disk_is_full_the_answer_says_so_and_the_session_goes_on() {
    if !can_fail() {
        return;
    }
    let mut sum = [0; 3];
    // It takes some to open the file, and then a few a commit.
    for k in 0..number("THEUS_CALLS", 10) {
        let one_fails = |error, first: u64| (error, first.to_string());
        let many_fail = ("ENOSPC", format!("{}..{}", 12 + 5 * k, 18 + 5 * k));
        for (error, when) in [one_fails("ENOSPC", 10 + 3 * k), many_fail, one_fails("EIO", 11 + 3 * k)] {
            let counts = one("pwrite64", error, &when);
            sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
    }
    println!("acknowledged {}, in doubt {}, refused {}", sum[0], sum[1], sum[2]);
    assert!(sum[0] > 0 && sum[1] + sum[2] > 0, "{sum:?}");
}

/// Which of the answers in a trace came with no flush since the one before them in their session.
fn unflushed(durability: Durability) -> (usize, usize) {
    let folder = Folder::new();
    drop(quick(folder.path()));
    let trace = folder.file("trace");
    let runner =
        ["strace", "-f", "-qq", "-s", "100", "-e", "trace=fsync,fdatasync,write", "-o", trace.to_str().unwrap()];
    let mut child = start(&runner, "books", &folder.path(), durability, 20);
    let said = said(&mut child);
    assert!(child.wait().unwrap().success());
    let trace = std::fs::read_to_string(trace).unwrap();
    let (mut flushed, mut acknowledged, mut unflushed) = (SESSIONS.map(|_| false), 0, 0);
    for line in trace.lines() {
        if line.contains("sync") && line.ends_with("= 0") {
            flushed = SESSIONS.map(|_| true);
        }
        for (session, flushed) in SESSIONS.iter().zip(&mut flushed) {
            if line.contains(&format!("said:ok {session} ")) && !line.contains("resumed") {
                acknowledged += 1;
                unflushed += usize::from(!std::mem::take(flushed));
            }
        }
    }
    assert_eq!((acknowledged, said.len()), (60, 60));
    (acknowledged, unflushed)
}

#[test]
fn a_flush_comes_before_each_answer_where_the_power_may_go() {
    if !can_fail() {
        return;
    }
    assert_eq!(unflushed(Durability::PowerLoss).1, 0);
    let (acknowledged, unflushed) = unflushed(Durability::Crash);
    assert!(unflushed > acknowledged / 2, "the test sees no flushes: {unflushed} of {acknowledged}");
}
