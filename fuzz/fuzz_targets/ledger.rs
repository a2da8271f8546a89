//! Takes any bytes as the files of a ledger: it must answer, accept nothing but what was recorded, and leave alone what it
//! refuses.

#![no_main]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use theus_core::audit::{
    AuditRecord, FileOptions, FileSink, Fsync, LedgerError, LedgerFiles, Query, Sink as _, SinkOptions, Tail, Verify,
};
use theus_core::prelude::*;

/// What was recorded: every other ledger is one that was changed.
const RECORDED: [&str; 2] =
    [include_str!("../corpus/ledger/whole.jsonl"), include_str!("../corpus/ledger/another.jsonl")];

/// Between the files of a seed. The last is the one that is written to, those before it are full.
const NEXT_FILE: u8 = 0x1e;

/// How the line of a record begins; its number comes behind it.
const BEGINS: &[u8] = b"{\"format\":1,\"sequence\":";

#[derive(Clone, Default, Context)]
struct Desk {
    served: u32,
}

#[process(inputs = [domain.served], outputs = [domain.served])]
fn serve(ctx: Ctx<Desk>) {
    *ctx.domain.served += 1;
}

struct Folder(PathBuf);

impl Folder {
    fn ledger(&self) -> PathBuf {
        self.0.join("audit.jsonl")
    }

    /// The files and what is in them, but for the lock.
    fn contents(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let entries = std::fs::read_dir(&self.0).expect("the folder").map(|entry| entry.expect("an entry").path());
        let mut files: Vec<_> = entries.filter(|path| path.extension().is_none_or(|kind| kind != "lock")).collect();
        files.sort();
        files.into_iter().map(|path| (path.clone(), std::fs::read(&path).expect("a file"))).collect()
    }

    fn fill(&self, bytes: &[u8]) {
        for (path, _) in self.contents() {
            std::fs::remove_file(path).expect("its own file");
        }
        let mut files: Vec<&[u8]> = bytes.split(|byte| *byte == NEXT_FILE).collect();
        let written = files.pop().unwrap_or_default();
        for (file, place) in files.into_iter().zip(1..) {
            let path = format!("{}.{:020}", self.ledger().display(), number_of(file).unwrap_or(place));
            std::fs::write(path, file).expect("room");
        }
        std::fs::write(self.ledger(), written).expect("room");
    }
}

fn number_of(file: &[u8]) -> Option<u64> {
    let digits = file.strip_prefix(BEGINS)?;
    let end = digits.iter().position(|byte| !byte.is_ascii_digit())?;
    std::str::from_utf8(&digits[..end]).ok()?.parse().ok()
}

/// In memory where there is a file system for that: a folder of the disk is a hundred times slower.
static FOLDER: LazyLock<Folder> = LazyLock::new(|| {
    let memory = Path::new("/dev/shm");
    let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    let folder = parent.join(format!("theus-fuzz-ledger-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    Folder(folder)
});

static TAILS: LazyLock<[Tail; 2]> = LazyLock::new(|| {
    RECORDED.map(|text| {
        FOLDER.fill(text.as_bytes());
        LedgerFiles::at(FOLDER.ledger()).verify().expect("a whole ledger").tail
    })
});

/// What one file has, whatever it was divided into; empty files are none.
fn joined(files: &[(PathBuf, Vec<u8>)]) -> Vec<u8> {
    // The one that is written to sorts before the full ones.
    let (written, full) = files.split_first().expect("there always is one");
    let full: Vec<&[u8]> = full.iter().map(|(_, bytes)| &bytes[..]).collect();
    [full.concat(), written.1.clone()].concat()
}

/// The same, line by line: the last of a file may lack its end.
fn lines_of(files: &[(PathBuf, Vec<u8>)]) -> Vec<u8> {
    let (written, full) = files.split_first().expect("there always is one");
    let lines = full.iter().chain([written]).flat_map(|(_, bytes)| bytes.split_inclusive(|byte| *byte == b'\n'));
    lines.flat_map(|line| [line.strip_suffix(b"\n").unwrap_or(line), b"\n"].concat()).collect()
}

/// Whether these are some of the records of a ledger, in their order, from its first or a later one on.
fn is_run_of(bytes: &[u8], recorded: &str) -> bool {
    let mut rest = recorded.as_bytes();
    loop {
        if rest.starts_with(bytes) && (bytes.is_empty() || bytes.ends_with(b"\n")) {
            return true;
        }
        match rest.iter().position(|byte| *byte == b'\n') {
            Some(end) => rest = &rest[end + 1..],
            None => return false,
        }
    }
}

fn check(bytes: &[u8]) {
    // Before the folder is filled: they are found in it.
    let (tails, folder) = (&*TAILS, &*FOLDER);
    let ledger = LedgerFiles::at(folder.ledger());
    folder.fill(bytes);
    let before = folder.contents();
    let all = joined(&before);

    let verified = ledger.verify();
    assert_eq!(verified.is_ok(), ledger.verify().is_ok(), "it gives the same answer twice");
    if let Ok(verified) = &verified {
        assert!(RECORDED.iter().any(|recorded| is_run_of(&all, recorded)), "accepted what was never recorded");
        assert_eq!(verified.records, all.split_inclusive(|byte| *byte == b'\n').count() as u64);
    }
    for (tail, recorded) in tails.iter().zip(RECORDED) {
        if ledger.verify_to(*tail).is_ok() {
            assert!(!all.is_empty() && recorded.as_bytes().ends_with(&all), "accepted another end");
        }
    }
    if let Err(LedgerError::Tampered(tampered)) = &verified {
        assert!(!tampered.to_string().is_empty());
    }
    if let Ok(records) = ledger.find(&Query::new()) {
        let lines: String = records.iter().map(line_of).collect();
        assert_eq!(lines.as_bytes(), lines_of(&before), "read otherwise than it is written");
        assert!(ledger.counts_by_rule(&Query::new()).is_ok());
    }
    for extent in [Verify::Last, Verify::All] {
        folder.fill(bytes);
        open(folder, extent, &before);
    }
}

fn line_of(record: &AuditRecord) -> String {
    format!("{}\n", serde_json::to_string(record).expect("it was read"))
}

/// Opening a ledger to go on with it finishes or cuts off a torn last line, and changes nothing else.
fn open(folder: &Folder, extent: Verify, before: &[(PathBuf, Vec<u8>)]) {
    let opened = FileSink::open(folder.ledger(), FileOptions::new().fsync(Fsync::Never).verify(extent));
    let after = folder.contents();
    let Ok(mut sink) = opened else { return assert_eq!(after, before, "refused, and changed") };
    let opened = sink.open().expect("it is open");
    let (was, is) = (joined(before), joined(&after));
    assert!(was.starts_with(is.strip_suffix(b"\n").unwrap_or(&is)), "more than the end was changed");
    if extent == Verify::All {
        let verified = LedgerFiles::at(folder.ledger()).verify().expect("accepted, and not right");
        assert_eq!(opened.tail.unwrap_or(Tail::START), verified.tail);
        // That something was cut off is on record too.
        go_on(folder, sink, verified.records + 1 + u64::from(opened.note.is_some()));
    }
}

/// An engine that has accepted a ledger continues its chain, with a record for the recipe that it was built with.
fn go_on(folder: &Folder, sink: FileSink, records: u64) {
    let engine = Engine::builder(Desk::default()).process::<Serve>();
    let engine =
        engine.recipe("audit.yaml", "process_recipes: { serve: { outputs: [ { field: domain.served, max: 9 } ] } }");
    let engine = engine.expect("a recipe that fits").sink(sink, SinkOptions::new()).build().expect("it was accepted");
    let tail = engine.status().records.tail;
    let verified = LedgerFiles::at(folder.ledger()).verify_to(tail).expect("continued, and not right");
    assert_eq!(verified.records, records);
}

fuzz_target!(|bytes: &[u8]| check(bytes));
