//! How often the disk is waited for.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::player::{Failure, Synchronous};
use crate::playing::{Playing, Program};

/// Calls of `fsync` and `fdatasync` in a workflow, as `strace` counts them: those of `count` workflows, less those that there are without them.
/// Nothing where it is not installed.
pub fn of_a_workflow(
    program: &Program,
    player: &str,
    synchronous: Synchronous,
    folder: &Path,
    count: u64,
) -> Result<Option<f64>, Failure> {
    if !is_there() {
        return Ok(None);
    }
    const FEW: u64 = 5;
    let counted = |workflows: u64| -> Result<u64, Failure> {
        let name = format!("{player}-{synchronous:?}-{workflows}");
        let (file, calls) = (folder.join(format!("{name}.db")), folder.join(format!("{name}.calls")));
        let mut tracer = Command::new("strace");
        tracer.args(["-f", "-c", "-e", "trace=fsync,fdatasync", "-o"]).arg(&calls);
        let mut playing = Playing::begin(program.traced(tracer, player, synchronous, &file))?;
        playing.block(workflows)?;
        playing.end()?;
        Ok(sum(&std::fs::read_to_string(calls)?))
    };
    let (few, many) = (counted(FEW)?, counted(FEW + count)?);
    Ok(Some((many as f64 - few as f64) / count as f64))
}

fn is_there() -> bool {
    let mut strace = Command::new("strace");
    strace.arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Of lines that have the share, seconds, microseconds a call, calls, perhaps errors, and the name.
fn sum(table: &str) -> u64 {
    let calls = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_flush = matches!(words.last(), Some(&"fsync" | &"fdatasync"));
        words.get(3).filter(|_| is_flush)?.parse::<u64>().ok()
    };
    table.lines().filter_map(calls).sum()
}

#[cfg(test)]
mod tests {
    #[test]
    fn calls_of_both_are_counted_and_neither_the_sum_nor_errors() {
        let table = "% time     seconds  usecs/call     calls    errors syscall\n\
                     ------ ----------- ----------- --------- --------- ----------------\n\
                     99.00    0.100000         100       310         2 fdatasync\n\
                     \x20 1.00    0.001000          50         7           fsync\n\
                     ------ ----------- ----------- --------- --------- ----------------\n\
                     100.00    0.101000         100       317           total\n";
        assert_eq!(super::sum(table), 317);
        assert_eq!(super::sum(""), 0);
    }
}
