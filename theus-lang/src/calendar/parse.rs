//! Reading what `cron` says.

use std::ops::Range;

use super::field::{Field, Minutes};
use super::zone::Zone;
use super::{Cron, civil};
use crate::source::did_you_mean;

/// What is wrong, and where in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) message: String,
    pub(crate) span: Range<usize>,
    pub(crate) help: String,
}

const LONGEST_TEXT: usize = 256;
const MONTHS: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const FORM: &str = "write minute, hour, day of the month, month, day of the week, and a time zone where it is not UTC: \"0 8 * * 1-5 Europe/Berlin\"";

/// What the numbers of a part are.
struct Kind {
    what: &'static str,
    least: u32,
    most: u32,
    /// From the least on.
    names: &'static [&'static str],
}

const MINUTE: Kind = Kind { what: "a minute", least: 0, most: 59, names: &[] };
const HOUR: Kind = Kind { what: "an hour", least: 0, most: 23, names: &[] };
const DAY: Kind = Kind { what: "a day of the month", least: 1, most: 31, names: &[] };
const MONTH: Kind = Kind { what: "a month", least: 1, most: 12, names: MONTHS };
/// 7 is Sunday too.
const WEEKDAY: Kind = Kind { what: "a day of the week", least: 0, most: 7, names: WEEKDAYS };

impl Cron {
    /// Of a text such as `0 8 * * 1-5 Europe/Berlin`.
    pub(crate) fn parse(text: &str) -> Result<Self, Wrong> {
        let whole = |message: String, help: &str| Wrong { message, span: 0..text.len(), help: help.to_owned() };
        if text.len() > LONGEST_TEXT {
            return Err(whole(format!("it is longer than {LONGEST_TEXT} bytes"), ""));
        }
        let parts = parts(text);
        if let Some(alias) = parts.first().filter(|_| text.trim_start().starts_with('@')) {
            return Err(Wrong {
                message: format!("`{}` is not known here", &text[alias.clone()]),
                span: alias.clone(),
                help: alias_help(&text[alias.clone()]).map_or(FORM.to_owned(), |ours| format!("write \"{ours}\"")),
            });
        }
        let (fields, zone) = match parts.as_slice() {
            [a, b, c, d, e] => ([a, b, c, d, e], None),
            [a, b, c, d, e, zone] => ([a, b, c, d, e], Some(zone)),
            _ => {
                let count = parts.len();
                return Err(whole(format!("it has {count} part{}, not five", if count == 1 { "" } else { "s" }), FORM));
            }
        };
        let field = |place: usize, kind: &Kind| field(text, fields[place].clone(), kind);
        if let Some(zone) = zone.filter(|zone| field_like(&text[(*zone).clone()])) {
            return Err(Wrong {
                message: format!("`{}` is no time zone", &text[zone.clone()]),
                span: zone.clone(),
                help: "seconds are not said: the first of five parts is the minute".to_owned(),
            });
        }
        let mut weekday = field(4, &WEEKDAY)?;
        weekday.bits = (weekday.bits | weekday.bits >> 7) & 0x7f;
        let (day, month) = (field(2, &DAY)?, field(3, &MONTH)?);
        let zone = match zone {
            None => Zone::Utc,
            Some(span) => self::zone(&text[span.clone()], span.clone())?,
        };
        let comes =
            weekday.is_any && !(1..=12).any(|of| month.has(of) && (1..=civil::longest(of)).any(|it| day.has(it)));
        if comes {
            return Err(Wrong {
                message: "no such month has such a day: it never comes".to_owned(),
                span: fields[2].start..fields[3].end,
                help: String::new(),
            });
        }
        let words: Vec<&str> = parts.iter().map(|part| &text[part.clone()]).collect();
        let (minute, hour) = (Minutes(field(0, &MINUTE)?), field(1, &HOUR)?);
        Ok(Self { text: words.join(" "), minute, hour, day, month, weekday, zone })
    }
}

/// What stands between blanks.
fn parts(text: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut from = None;
    for (at, letter) in text.char_indices() {
        match (letter.is_whitespace(), from) {
            (true, Some(begin)) => {
                parts.push(begin..at);
                from = None;
            }
            (false, None) => from = Some(at),
            _ => {}
        }
    }
    parts.extend(from.map(|begin| begin..text.len()));
    parts
}

/// Whether a part looks like one that stands for numbers.
fn field_like(part: &str) -> bool {
    part.starts_with(|letter: char| letter.is_ascii_digit() || "*?".contains(letter))
        || part.split(['-', ',', '/']).all(|word| WEEKDAYS.contains(&word.to_ascii_uppercase().as_str()))
}

fn alias_help(alias: &str) -> Option<&'static str> {
    Some(match alias {
        "@yearly" | "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" | "@midnight" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        _ => return None,
    })
}

fn zone(name: &str, span: Range<usize>) -> Result<Zone, Wrong> {
    Zone::read(name).map_err(|(message, help)| Wrong { message, span, help: help.unwrap_or_default() })
}

fn field(text: &str, span: Range<usize>, kind: &Kind) -> Result<Field, Wrong> {
    let mut bits = 0;
    let mut begin = span.start;
    for item in text[span.clone()].split(',') {
        let at = begin..begin + item.len();
        bits |= self::item(item, at.clone(), kind)?;
        begin = at.end + 1;
    }
    Ok(Field { bits, is_any: &text[span] == "*" })
}

/// One of a list: a bit for each number.
fn item(item: &str, span: Range<usize>, kind: &Kind) -> Result<u64, Wrong> {
    let wrong = |message: String, span: Range<usize>, help: String| Err(Wrong { message, span, help });
    let (range, step) = match item.split_once('/') {
        None => (item, None),
        Some((range, step)) => {
            let at = span.start + range.len() + 1..span.end;
            match step.parse::<u32>().ok().filter(|step| (1..=kind.most).contains(step)) {
                Some(step) => (range, Some(step)),
                None => return wrong(format!("`{step}` is no step for {}", kind.what), at, String::new()),
            }
        }
    };
    let at = span.start..span.start + range.len();
    let (from, to) = match range.split_once('-') {
        _ if range == "*" => (kind.least, if kind.most == 7 { 6 } else { kind.most }),
        None => {
            let from = number(range, at, kind)?;
            (from, if step.is_some() { kind.most } else { from })
        }
        Some((from, to)) => {
            let middle = at.start + from.len();
            let (first, last) = (number(from, at.start..middle, kind)?, number(to, middle + 1..at.end, kind)?);
            if first > last {
                let help = format!(
                    "write two, `{from}-{},{}-{to}`",
                    kind.most.min(if kind.most == 7 { 6 } else { kind.most }),
                    kind.least
                );
                return wrong(format!("`{range}` ends before it begins"), at, help);
            }
            (first, last)
        }
    };
    let step = usize::try_from(step.unwrap_or(1)).unwrap_or(1);
    Ok((from..=to).step_by(step).fold(0, |bits, number| bits | 1 << number))
}

fn number(word: &str, span: Range<usize>, kind: &Kind) -> Result<u32, Wrong> {
    let upper = word.to_ascii_uppercase();
    if let Some(place) = kind.names.iter().position(|name| *name == upper) {
        return Ok(kind.least + u32::try_from(place).unwrap_or_default());
    }
    let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let Kind { what, least, most, names } = kind;
    if let Some(number) = word.parse::<u32>().ok().filter(|number| is_number && (least..=most).contains(&number)) {
        return Ok(number);
    }
    let help = match did_you_mean(word, names.iter().copied()).filter(|_| !is_number && !names.is_empty()) {
        Some(help) => help,
        None => format!("{what} is from {least} to {most}"),
    };
    let message = if is_number { format!("{word} is not {what}") } else { format!("`{word}` is not {what}") };
    Err(Wrong { message, span, help })
}
