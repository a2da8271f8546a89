#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::io::Write;

use super::*;

/// What a file of this text gives: its readings, and the error that ended them.
fn read(text: &[u8]) -> (Vec<(String, f64)>, Option<String>) {
    let mut file = tempfile::Builder::new().prefix("r").suffix(".csv").tempfile().unwrap();
    file.write_all(text).unwrap();
    let name = file.path().display().to_string();
    let mut readings = Vec::new();
    let opened = CsvReadings::open(file.path());
    let error = match opened {
        Ok(mut rows) => rows.find_map(|row| row.map(|r| readings.push((r.timestamp, r.value))).err()),
        Err(error) => Some(error),
    };
    (readings, error.map(|error| error.to_string().replace(&name, "r.csv")))
}

fn error(rows: &str) -> String {
    read(format!("timestamp,value\n{rows}").as_bytes()).1.unwrap()
}

#[test]
fn rows_are_read_whatever_their_line_ends_quotes_and_blanks() {
    let plain = [("2024-01-01 00:00:00".to_owned(), 70.5), ("2024-01-01 00:05:00".to_owned(), -1.0)];
    for text in [
        "timestamp,value\n2024-01-01 00:00:00,70.5\n2024-01-01 00:05:00,-1\n",
        "timestamp,value\r\n2024-01-01 00:00:00,70.5\r\n2024-01-01 00:05:00,-1",
        "\u{feff}timestamp,value\n\n2024-01-01 00:00:00 , 70.50\n  \n2024-01-01 00:05:00,-1e0\n\n",
        "\"timestamp\",\"value\"\n\"2024-01-01 00:00:00\",\"70.5\"\n2024-01-01 00:05:00,\"-1\"\n",
    ] {
        assert_eq!(read(text.as_bytes()), (plain.to_vec(), None), "{text}");
    }
    assert_eq!(read(b"timestamp,value\n"), (Vec::new(), None));
    assert_eq!(read(b"timestamp,value\n\"a\"\"1\",2").0, [("a\"1".to_owned(), 2.0)]);
}

#[test]
fn what_is_not_finite_is_a_reading_too() {
    let (readings, error) = read(b"timestamp,value\n1,NaN\n2,-inf\n3,1e308\n");
    assert_eq!(error, None);
    assert!(readings[0].1.is_nan() && readings[1].1 == f64::NEG_INFINITY && readings[2].1 == 1e308);
}

#[test]
fn what_came_before_a_malformed_row_is_given_and_nothing_after_it() {
    let (readings, error) = read(b"timestamp,value\n1,70\n\n2,abc\n3,71\n");
    assert_eq!(readings, [("1".to_owned(), 70.0)]);
    let expected = "\
error: `abc` is not a number
 --> r.csv:4:3
  |
4 | 2,abc
  |   ^^^ not a number";
    assert_eq!(error.unwrap(), expected);
}

#[test]
fn every_mistake_is_told_with_its_line() {
    for (rows, message, place) in [
        ("1,70\n2\n", "the row has 1 field instead of 2", "r.csv:3:1"),
        ("1,70\n2,71,72\n", "the row has 3 fields instead of 2", "r.csv:3:1"),
        ("1,2,3,4,5,6,7,8,9\n", "the row has 9 fields instead of 2", "r.csv:2:1"),
        ("1,\n", "the value is missing", "r.csv:2:3"),
        (",70\n", "the timestamp is missing", "r.csv:2:1"),
        ("yesterday, 70\n", "`yesterday` is no timestamp", "r.csv:2:1"),
        ("1\u{1b}[31m,70\n", "is no timestamp", "r.csv:2:1"),
        ("1\u{9b}31m,70\n", "is no timestamp", "r.csv:2:1"),
        ("1\u{202e}2,70\n", r"`1\u{202e}2` is no timestamp", "r.csv:2:1"),
        ("1\u{2028}2,70\n", r"`1\u{2028}2` is no timestamp", "r.csv:2:1"),
        ("1\u{200b}2,70\n", r"`1\u{200b}2` is no timestamp", "r.csv:2:1"),
        ("1,1e999\n", "`1e999` is out of range", "r.csv:2:3"),
        ("1,7O\n", "`7O` is not a number", "r.csv:2:3"),
        ("1,\"7\n0\"\n", "a quote is opened and not closed", "r.csv:2:1"),
        ("timestamp,value\n", "is no timestamp", "r.csv:2:1"),
    ] {
        let error = error(rows);
        assert!(error.contains(message) && error.contains(place), "{rows:?}: {error}");
        assert!(!error.contains('\u{1b}'), "no terminal is steered by a file");
    }
    assert!(error(&format!("1,{}\n", "7".repeat(5_000))).contains("r.csv:2"));
    assert!(error(&format!("1,{}\n", "7".repeat(5_000))).contains("longer than 4096 bytes"));
    // The longest row is read to its end, whatever the line end is.
    for end in ["", "\n", "\r\n"] {
        let row = format!("timestamp,value\n{},70{end}", "1".repeat(LONGEST_ROW as usize - 3));
        assert_eq!(read(row.as_bytes()).1, None);
    }
}

#[test]
fn nothing_behind_a_lone_carriage_return_is_lost() {
    for text in [
        "timestamp,value\n1,70\r2,999\n3,71\n",
        "timestamp,value\n1,70\r2,999",
        "timestamp,value\n1,70\r\r\n2,999\n",
        "timestamp,value\n\r1,999\n",
        "timestamp,value\n1,\"70\r\",999\n",
        "timestamp,value\n\"1\r\",70\n",
        "timestamp,value\n1\r,70\n",
    ] {
        let (readings, error) = read(text.as_bytes());
        assert!(readings.is_empty(), "{text:?}: {readings:?}");
        let error = error.unwrap();
        assert!(error.contains("a carriage return stands within the row"), "{text:?}: {error}");
        assert!(!error.contains('\r'), "{error:?}");
    }
    // A header with one is none: so a file whose line ends are lone carriage returns, which is one line, is refused.
    for text in [&b"timestamp,value\r1,70\r2,999\r"[..], b"timestamp,value\r\r\n1,999\n"] {
        let (readings, error) = read(text);
        assert!(readings.is_empty() && error.unwrap().contains("must be the header"));
    }
    let told = error("1,70\r2,999\n");
    assert!(told.contains("r.csv:2:5"), "{told}");
    // The nearest things that are rows.
    assert_eq!(read(b"timestamp,value\r\n1,70\r").0, [("1".to_owned(), 70.0)]);
    assert_eq!(read(b"timestamp,value\n\r\n  \r\n1,70\n").0, [("1".to_owned(), 70.0)]);
}

#[test]
fn every_row_is_a_reading_or_an_error() {
    // Random bytes of those that rows are made of, beside a direct reading of what a plain row is.
    let mut random = fastrand::Rng::with_seed(4);
    for _ in 0..3_000 {
        let rows: Vec<String> = (0..random.usize(1..4))
            .map(|_| {
                (0..random.usize(0..7))
                    .map(|_| random.choice(['1', '9', ',', ',', '"', '\r', '\0', ' ', '\u{feff}', '.']).unwrap())
                    .collect()
            })
            .collect();
        let (readings, error) = read(format!("timestamp,value\n{}\n", rows.join("\n")).as_bytes());
        let filled = rows.iter().filter(|row| !row.trim_ascii().is_empty()).count();
        assert!(error.is_some() || readings.len() == filled, "{rows:?}: {readings:?}");
        if let Some(error) = &error {
            assert!(!error.contains(['\r', '\0']), "{error:?}");
        }
    }
}

#[test]
fn a_file_that_is_none_says_so() {
    for (text, message) in [
        (&b""[..], "the file has no header"),
        (b"1,70\n2,71\n", "the first line must be the header"),
        (b"time,temp\n", "the first line must be the header"),
        (b"timestamp,value,more\n", "the first line must be the header"),
    ] {
        let error = read(text).1.unwrap();
        assert!(error.contains(message) && error.contains("r.csv:1"), "{error}");
    }
    let not_text = read(b"timestamp,value\n1,\xff\n").1.unwrap();
    assert!(not_text.contains("not UTF-8") && not_text.contains("r.csv:2"), "{not_text}");
    let missing = CsvReadings::open(Path::new("/no/such/file.csv")).err().unwrap().to_string();
    assert!(missing.starts_with("error: cannot read `/no/such/file.csv`: No such file"), "{missing}");
}
