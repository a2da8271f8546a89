//! Whatever is done to the records of a ledger is found, and where it was done.

use super::super::query::verify;
use super::super::{Fault, Hash, LedgerError, LedgerFiles, Tail, Tampered};
use super::*;

fn found(path: &Path) -> Tampered {
    match LedgerFiles::at(path).verify() {
        Err(LedgerError::Tampered(tampered)) => tampered,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_changed_byte_of_a_file_is_found_in_its_line() {
    let folder = Folder::new();
    let mut random = fastrand::Rng::with_seed(11);
    let lines = lines(&ledger(&mut random, 6));
    let bytes = lines.concat();
    std::fs::write(folder.file(), &bytes).unwrap();
    assert_eq!(LedgerFiles::at(folder.file()).verify().unwrap().records, 6);
    let mut line = 1;
    for at in 0..bytes.len() {
        for mask in [1, 0x20, 0x80, bytes[at] ^ b'\n', bytes[at] ^ b' '] {
            if mask == 0 {
                continue;
            }
            let mut altered = bytes.clone();
            altered[at] ^= mask;
            std::fs::write(folder.file(), &altered).unwrap();
            let (place, said) = match LedgerFiles::at(folder.file()).verify().unwrap_err() {
                LedgerError::Tampered(tampered) => (tampered.place.clone(), tampered.to_string()),
                // The number of the format, and that alone.
                LedgerError::UnknownFormat { place, found } if found <= 9 => (place, format!("format {found}")),
                other => panic!("{other:?}"),
            };
            assert_eq!(place.line, line, "byte {at}, mask {mask:#x}: {said}");
        }
        line += u64::from(bytes[at] == b'\n');
    }
}

#[test]
fn what_is_dropped_swapped_doubled_or_cut_off_is_found_in_random_ledgers() {
    let folder = Folder::new();
    let mut random = fastrand::Rng::with_seed(12);
    for _ in 0..300 {
        let count = random.usize(3..12);
        let log = ledger(&mut random, count);
        let whole = lines(&log);
        let write = |lines: &[Vec<u8>]| std::fs::write(folder.file(), lines.concat()).unwrap();
        let number = |index: usize| index as u64 + 1;

        let dropped = random.usize(0..count - 1);
        let mut lines = whole.clone();
        lines.remove(dropped);
        write(&lines);
        let missing = Fault::Missing { first: number(dropped), last: number(dropped) };
        assert_eq!(found(&folder.file()).fault, missing);

        let (one, other) = (random.usize(0..count - 1), random.usize(0..count - 1));
        let (first, second) = (one.min(other), one.max(other) + 1);
        let mut lines = whole.clone();
        lines.swap(first, second);
        write(&lines);
        let reordered = Fault::Reordered { sequence: number(second), expected: number(first) };
        let tampered = found(&folder.file());
        assert_eq!((tampered.fault, tampered.place.line), (reordered, number(first)));

        let doubled = random.usize(0..count);
        let mut lines = whole.clone();
        lines.insert(doubled, whole[doubled].clone());
        write(&lines);
        let again = Fault::Reordered { sequence: number(doubled), expected: number(doubled + 1) };
        assert_eq!(found(&folder.file()).fault, again);

        let bytes = whole.concat();
        let cut = random.usize(1..bytes.len());
        std::fs::write(folder.file(), &bytes[..cut]).unwrap();
        let files = LedgerFiles::at(folder.file());
        assert!(files.verify_to(log.tail()).is_err(), "cut at {cut} of {}", bytes.len());
        match files.verify() {
            Ok(verified) => assert_eq!(bytes[cut - 1], b'\n', "{verified:?}"),
            Err(LedgerError::Tampered(tampered)) => assert!(matches!(tampered.fault, Fault::Torn { .. })),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn a_record_forged_with_a_hash_of_its_own_does_not_fit_its_neighbours() {
    let mut random = fastrand::Rng::with_seed(13);
    for _ in 0..200 {
        let count = random.usize(3..9);
        let good = records(&ledger(&mut random, count));
        let at = random.usize(0..count - 1);
        // Another ledger's record of the same number: right in itself.
        let mut forged = good.clone();
        forged[at] = records(&ledger(&mut random, count))[at].clone();
        let fault = verify(&forged, None).unwrap_err();
        let later = forged[at].previous == good[at].previous;
        assert_eq!(fault, Fault::Replaced { sequence: (at + 1 + usize::from(later)) as u64 });
        assert!(verify(&good, None).is_ok());
    }
}

#[test]
fn every_field_of_a_record_counts() {
    let mut random = fastrand::Rng::with_seed(14);
    for _ in 0..200 {
        let good = records(&ledger(&mut random, 3));
        let alter = |change: &dyn Fn(&mut AuditRecord)| {
            let mut records = good.clone();
            change(&mut records[1]);
            if records != good {
                assert!(verify(&records, None).is_err(), "{:?}", records[1]);
            }
        };
        alter(&|record| record.sequence += 1);
        alter(&|record| record.time += Duration::from_nanos(1));
        alter(&|record| record.session = "other".into());
        alter(&|record| record.version ^= 1);
        alter(&|record| record.previous = Hash::START);
        alter(&|record| record.hash = Hash::START);
        let other = event(&mut random);
        alter(&|record| record.event = other.clone());
        alter(&|record| {
            if let AuditEvent::Violation(violation) = &mut record.event {
                violation.count ^= 1;
            }
        });
        alter(&|record| {
            if let AuditEvent::Violation(violation) = &mut record.event {
                let mut metadata = RuleMetadata::clone(&violation.metadata);
                metadata.source = "elsewhere.yaml:1:1".into();
                violation.metadata = metadata.into();
            }
        });
        alter(&|record| {
            if let AuditEvent::Violation(violation) = &mut record.event {
                let mut metadata = RuleMetadata::clone(&violation.metadata);
                metadata.invariant = !metadata.invariant;
                violation.metadata = metadata.into();
            }
        });
    }
}

#[test]
fn a_ledger_ends_where_it_is_known_to_end() {
    let mut random = fastrand::Rng::with_seed(15);
    let log = ledger(&mut random, 5);
    let all = records(&log);
    assert_eq!(verify(&all, Some(log.tail())).unwrap().tail, log.tail());
    assert_eq!(verify(&all[..4], Some(log.tail())), Err(Fault::EndsElsewhere { found: 4, expected: 5 }));
    let other = Tail { sequence: 5, hash: Hash::START };
    assert_eq!(verify(&all, Some(other)), Err(Fault::EndsOtherwise { sequence: 5 }));
    assert_eq!(verify(&all[2..], None).unwrap().first, 3, "the beginning may have been given up");
}
