//! Files of a ledger that are not what they should be, and hands that meddle with them while an engine writes.

use std::fs;
use std::path::Path;

use theus_core::audit::{
    AuditEvent, Fault, FileOptions, FileSink, Fsync, LedgerError, LedgerFiles, RecordLog, ResetError, Sink, SinkOptions,
};
use theus_core::prelude::*;

use crate::oven::{Folder, Heat, at_most, builder};

/// The lines of a ledger of so many records.
fn lines(folder: &Path, count: u64) -> Vec<String> {
    let path = folder.join("lines.jsonl");
    let mut book = RecordLog::new("desk", 99);
    let mut sink = FileSink::open(&path, FileOptions::new().fsync(Fsync::Never)).unwrap();
    for violation in 1..=count {
        let record = book.append(std::time::SystemTime::UNIX_EPOCH, 0, AuditEvent::Interlock { violation });
        sink.write(record).unwrap();
    }
    fs::read_to_string(&path).unwrap().lines().map(str::to_owned).collect()
}

fn refusal(path: &Path) -> String {
    let error = FileSink::open(path, FileOptions::new()).unwrap_err().to_string();
    error.split_once(": ").unwrap().1.to_owned()
}

#[test]
fn a_last_line_without_its_end_is_finished_only_where_it_continues_the_ledger() {
    let folder = Folder::new("unfinished");
    let (lines, path) = (lines(&folder.0, 6), folder.0.join("audit.jsonl"));
    let open = |text: &str| {
        fs::write(&path, text).unwrap();
        let refused = refusal(&path);
        assert_eq!(fs::read_to_string(&path).unwrap(), text, "nothing of it is touched");
        refused
    };
    assert_eq!(open(&lines[4]), "records 1 to 4 are missing");
    assert!(open(&format!("{}\n{}", lines[0], lines[4])).starts_with("record 5 does not continue the chain"));
    for number in ["0", "18446744073709551615"] {
        let other = lines[0].replace("\"sequence\":1,", &format!("\"sequence\":{number},"));
        assert!(open(&format!("{other}\n")).ends_with(&format!("no record has the number {number}")));
        fs::write(&path, other).unwrap();
        assert!(FileSink::open(&path, FileOptions::new()).is_ok(), "half a line, as far as can be known");
    }
    fs::write(folder.0.join(format!("audit.jsonl.{:020}", 1)), format!("{}\n{}\n", lines[0], lines[1])).unwrap();
    assert_eq!(open(&lines[5]), "records 3 to 5 are missing");
    fs::write(&path, &lines[2]).unwrap();
    drop(FileSink::open(&path, FileOptions::new()).unwrap());
    assert_eq!(LedgerFiles::at(&path).verify().unwrap().records, 3);
}

#[test]
fn a_file_that_no_ledger_wrote_stays_as_it_is() {
    let folder = Folder::new("strangers");
    let path = folder.0.join("notes.txt");
    for text in ["the only copy of my notes", "{\"sequences\":[1]}", "{\"formats\":2,", "\n", "{}", "\u{fffd}"] {
        fs::write(&path, text).unwrap();
        assert!(refusal(&path).contains("this line is no record"), "{text}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    for torn in [&b"{\"for"[..], b"{\"format\":1,\"sequence\":1,\"ti", &[0; 512]] {
        fs::write(&path, torn).unwrap();
        assert!(FileSink::open(&path, FileOptions::new()).is_ok(), "what a crash leaves of a first line");
    }
}

#[cfg(unix)]
#[test]
fn two_engines_do_not_write_one_file_whatever_it_is_called() {
    let folder = Folder::new("names");
    let path = |name: &str| folder.0.join(name);
    let writer = FileSink::open(path("audit.jsonl"), FileOptions::new()).unwrap();
    std::os::unix::fs::symlink(path("audit.jsonl"), path("soft.jsonl")).unwrap();
    fs::hard_link(path("audit.jsonl"), path("hard.jsonl")).unwrap();
    fs::remove_file(path("audit.jsonl.lock")).unwrap();
    for name in ["soft.jsonl", "hard.jsonl", "audit.jsonl"] {
        let second = FileSink::open(path(name), FileOptions::new());
        assert!(matches!(second, Err(LedgerError::InUse { .. })), "{name}");
    }
    drop(writer);
    assert!(FileSink::open(path("soft.jsonl"), FileOptions::new()).is_ok());
}

#[test]
fn a_file_that_is_taken_away_cut_or_written_to_by_another_fails_its_sink() {
    type Meddling = fn(&Path);
    let meddlings: [(Meddling, &str); 4] = [
        (|path| fs::remove_file(path).unwrap(), "the file is not where it was"),
        (|path| fs::rename(path, path.with_extension("old")).unwrap(), "the file is not where it was"),
        (|path| fs::write(path, "").unwrap(), "the file is not as it was left"),
        (|path| fs::write(path, [fs::read(path).unwrap(), b"x".to_vec()].concat()).unwrap(), "not as it was left"),
    ];
    for (meddle, said) in meddlings {
        let folder = Folder::new("meddled");
        let path = folder.0.join("audit.jsonl");
        let sink = FileSink::open(&path, FileOptions::new()).unwrap();
        let engine = builder(&at_most("max: 90, level: A, max_threshold: 9")).sink(sink, SinkOptions::new());
        let engine = engine.build().unwrap();
        engine.run(Heat { to: 95.0 }).unwrap();
        meddle(&path);
        let refused = engine.run(Heat { to: 96.0 }).unwrap_err();
        assert!(matches!(refused, RunError::Unrecorded(_)) && refused.to_string().contains(said), "{refused}");
        assert_eq!(engine.status().version, 1, "what is refused changes nothing");
        assert!(engine.status().sinks[0].failure.is_some());
    }
}

#[test]
fn a_full_file_that_is_there_is_not_written_over() {
    let folder = Folder::new("over");
    let (lines, path) = (lines(&folder.0, 2), folder.0.join("audit.jsonl"));
    let mut sink = FileSink::open(&path, FileOptions::new().rotate(1)).unwrap();
    let full = folder.0.join(format!("audit.jsonl.{:020}", 1));
    fs::write(&full, "evidence").unwrap();
    let mut book = RecordLog::new("desk", 9);
    for violation in 1..=2 {
        let record = book.append(std::time::SystemTime::UNIX_EPOCH, 0, AuditEvent::Interlock { violation });
        let written = sink.write(record);
        assert_eq!(written.is_ok(), violation == 1, "{written:?}");
    }
    assert_eq!(fs::read_to_string(&full).unwrap(), "evidence");
    assert_eq!(fs::read_to_string(&path).unwrap(), format!("{}\n", lines[0]));
}

#[test]
fn what_could_not_be_read_back_is_not_written() {
    let folder = Folder::new("long");
    let path = folder.0.join("audit.jsonl");
    let sink = FileSink::open(&path, FileOptions::new()).unwrap();
    let engine = builder(&at_most("max: 90, level: S")).sink(sink, SinkOptions::new()).build().unwrap();
    engine.run(Heat { to: 95.0 }).unwrap_err();
    let reset = engine.reset_interlock("R. Lee", &"y".repeat(65 * 1024));
    assert_eq!(reset, Err(ResetError::TooLong { most: 65_536 }));
    engine.reset_interlock("R. Lee", &"y".repeat(60 * 1024)).unwrap();
    let verified = LedgerFiles::at(&path).verify_to(engine.status().records.tail);
    assert!(verified.is_ok(), "{verified:?}");
}

#[test]
fn a_reset_is_by_somebody_for_a_reason_that_can_be_read() {
    let engine = builder(&at_most("max: 90, level: S")).build().unwrap();
    engine.run(Heat { to: 95.0 }).unwrap_err();
    assert_eq!(engine.reset_interlock("\u{200b}", "checked"), Err(ResetError::NoOperator));
    assert_eq!(engine.reset_interlock("R. Lee", "\u{2060} -"), Err(ResetError::NoReason));
    assert!(engine.status().interlock.is_some());
}

#[test]
fn a_property_that_panics_is_an_error_of_an_explanation() {
    #[derive(Clone, Default, Inspect)]
    #[inspect(methods(size -> i64))]
    struct Fragile;
    impl Fragile {
        fn size(&self) -> i64 {
            panic!("no size")
        }
    }
    #[derive(Clone, Default, Context)]
    struct Shop {
        fragile: Fragile,
        sold: u32,
    }
    #[process(outputs = [domain.sold])]
    fn sell(ctx: Ctx<Shop>) {
        ctx.domain.sold.set(1);
    }
    let recipe = "process_recipes: { sell: { inputs: [ { field: domain.fragile.size(), max: 3 } ] } }";
    let engine = Engine::builder(Shop::default()).process::<Sell>().recipe("audit.yaml", recipe).unwrap();
    let engine = engine.build().unwrap();
    assert!(matches!(engine.run(Sell {}), Err(RunError::Panicked(_))));
    assert!(matches!(engine.explain(&Sell {}), Err(RunError::Panicked(_))));
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_utf_8_is_a_name() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new("bytes");
    let path = folder.0.join(std::ffi::OsStr::from_bytes(b"a\xff.jsonl"));
    let mut sink = FileSink::open(&path, FileOptions::new().rotate(1)).unwrap();
    let mut book = RecordLog::new("desk", 9);
    for violation in 1..=3 {
        let record = book.append(std::time::SystemTime::UNIX_EPOCH, 0, AuditEvent::Interlock { violation });
        sink.write(record).unwrap();
    }
    assert_eq!(LedgerFiles::at(&path).verify().unwrap().records, 3);
}

#[test]
fn a_fault_names_the_line_of_the_file() {
    let folder = Folder::new("named");
    let (lines, path) = (lines(&folder.0, 3), folder.0.join("audit.jsonl"));
    fs::write(&path, format!("{}\n{}\n{}", lines[0], lines[1], lines[0])).unwrap();
    let Err(LedgerError::Tampered(tampered)) = FileSink::open(&path, FileOptions::new()) else { panic!("opened") };
    assert_eq!((tampered.place.line, tampered.fault), (3, Fault::Replaced { sequence: 1 }));
}

#[test]
fn a_full_file_is_called_by_digits_alone() {
    let folder = Folder::new("digits");
    lines(&folder.0, 3);
    let path = folder.0.join("lines.jsonl");
    std::fs::write(folder.0.join("lines.jsonl.+0000000000000000001"), "a file of another\n").unwrap();
    assert!(LedgerFiles::at(&path).verify().is_ok());
    std::fs::write(folder.0.join("lines.jsonl.00000000000000000001"), "a file of another\n").unwrap();
    assert!(refusal(&path).contains("this line is no record"), "{}", refusal(&path));
}
