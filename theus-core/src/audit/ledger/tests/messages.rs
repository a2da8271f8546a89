//! What a ledger says of itself to who has to act on it, word by word.

use super::super::{Fault, LedgerError, LedgerFiles, SinkError, Tail, Verify};
use super::*;

#[test]
fn faults_say_which_record_and_what_became_of_it() {
    let said = [
        (Fault::Altered { sequence: 3 }, "record 3 was altered: it is not what its hash was made of"),
        (
            Fault::Replaced { sequence: 3 },
            "record 3 does not continue the chain: it, or the record before it, was put in the place of another",
        ),
        (Fault::Missing { first: 118, last: 118 }, "record 118 is missing"),
        (Fault::Missing { first: 118, last: 120 }, "records 118 to 120 are missing"),
        (Fault::Reordered { sequence: 5, expected: 4 }, "record 5 is out of its place: record 4 should be there"),
        (
            Fault::Unreadable { expected: 4, reason: "EOF".to_owned() },
            "this line is no record, and record 4 should be here: EOF",
        ),
        (Fault::Unreadable { expected: 0, reason: "EOF".to_owned() }, "this line is no record: EOF"),
        (Fault::Torn { expected: 4 }, "the last line is torn: record 4 was not written to its end"),
        (
            Fault::EndsElsewhere { found: 0, expected: 4 },
            "the ledger is empty, and is known to end at record 4: all records were removed",
        ),
        (
            Fault::EndsElsewhere { found: 3, expected: 4 },
            "the ledger ends at record 3, and is known to end at record 4: record 4 is missing at its end",
        ),
        (
            Fault::EndsElsewhere { found: 3, expected: 5 },
            "the ledger ends at record 3, and is known to end at record 5: records 4 to 5 are missing at its end",
        ),
        (
            Fault::EndsElsewhere { found: 6, expected: 5 },
            "the ledger ends at record 6, and is known to end at record 5: others were added to it",
        ),
        (
            Fault::EndsOtherwise { sequence: 5 },
            "record 5 is the last, as it should be, but not the one that was recorded: all records may have been \
             written anew",
        ),
    ];
    for (fault, expected) in said {
        assert_eq!(fault.to_string(), expected);
    }
}

#[test]
fn errors_name_the_file_or_the_sink() {
    let folder = Folder::new();
    let file = folder.file().display().to_string();
    let said = |result: Result<super::super::Verified, LedgerError>| result.unwrap_err().to_string();
    let opened = |verify| FileSink::open(folder.file(), FileOptions::new().verify(verify)).unwrap_err().to_string();

    let missing =
        format!("the ledger `{file}` cannot be opened, read or written: No such file or directory (os error 2)");
    assert_eq!(said(LedgerFiles::at(folder.file()).verify()), missing);

    std::fs::write(folder.file(), "").unwrap();
    let known = Tail { sequence: 4, hash: super::super::Hash::START };
    let empty = "the ledger is empty, and is known to end at record 4: all records were removed";
    assert_eq!(said(LedgerFiles::at(folder.file()).verify_to(known)), format!("{file}: {empty}"));

    std::fs::write(folder.file(), "no record\n").unwrap();
    let reason = "expected ident at line 1 column 2";
    assert_eq!(
        said(LedgerFiles::at(folder.file()).verify()),
        format!("{file}:1: this line is no record, and record 1 should be here: {reason}")
    );
    assert_eq!(opened(Verify::Last), format!("{file}:1: this line is no record: {reason}"));

    std::fs::write(folder.file(), "").unwrap();
    let _first = FileSink::open(folder.file(), FileOptions::new()).unwrap();
    assert_eq!(
        opened(Verify::All),
        format!("the ledger `{file}` is in use: another engine writes to it; give each engine a file of its own")
    );

    let gone = folder.0.join("gone").join("audit.jsonl");
    let error = FileSink::open(&gone, FileOptions::new()).unwrap_err();
    let gone = gone.display();
    assert_eq!(
        error.to_string(),
        format!("the ledger `{gone}` cannot be opened, read or written: No such file or directory (os error 2)")
    );
    let sink = LedgerError::Sink { sink: "archive".to_owned(), error: SinkError("no route".to_owned()) };
    assert_eq!(sink.to_string(), "the sink `archive` cannot be used: no route");
    let parted = LedgerError::Disagreement { first: ("a".to_owned(), 4), second: ("b".to_owned(), 5) };
    assert_eq!(
        parted.to_string(),
        "the ledgers of two sinks do not end with the same record, so that one engine cannot continue both: `a` ends at \
         record 4, `b` at record 5; one of them was continued without the other: give that one a new file"
    );
}
