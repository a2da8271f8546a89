//! A direct reading of rules over JSON: nothing is compiled, nothing is clever.

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_rational::BigRational;
use serde_json::Value as Json;

/// A rule as it is read: its path in parts, its test, and what bounds it, item by item, as written.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) input: bool,
    pub(crate) parts: Vec<String>,
    pub(crate) single: bool,
    /// What kind of number is at its end: the sum of nothing is a zero of it.
    pub(crate) zero: &'static str,
    pub(crate) test: &'static str,
    pub(crate) bounds: Vec<String>,
    pub(crate) where_present: bool,
}

/// What a gate sees.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) arguments: Json,
    pub(crate) local: Json,
    pub(crate) global: Json,
    pub(crate) domain: Json,
    pub(crate) committed: Json,
    /// The world by default, for as long as nothing was written: what is as in it was given by nobody.
    pub(crate) unwritten: Option<Json>,
}

impl Rule {
    pub(crate) fn path(&self) -> String {
        let mut path = String::new();
        for part in &self.parts {
            if !path.is_empty() && !part.starts_with('[') {
                path.push('.');
            }
            path += part;
        }
        path
    }

    /// Its field and its condition, as an entry of a recipe has them.
    pub(crate) fn entry(&self) -> String {
        let bound = match self.test {
            "between" | "in" | "not_in" => format!("[{}]", self.bounds.join(", ")),
            _ => self.bounds[0].clone(),
        };
        let path = self.path().replace('\'', "''");
        let present = if self.where_present { ", where_present: true" } else { "" };
        format!("field: '{path}', {}: {bound}{present}", self.test)
    }

    /// What its path leads to.
    pub(crate) fn value(&self, seen: &Seen) -> Json {
        match self.parts[0].as_str() {
            "domain" => self.walk(&seen.domain, &self.parts[1..]),
            _ => panic!("of the domain"),
        }
    }

    /// Whether it passes.
    pub(crate) fn passes(&self, seen: &Seen) -> bool {
        let (root, rest) = match self.parts[0].as_str() {
            "domain" => (&seen.domain, &self.parts[1..]),
            "global" => (&seen.global, &self.parts[1..]),
            "local" => (&seen.local, &self.parts[1..]),
            _ => (&seen.arguments, &self.parts[..]),
        };
        let value = self.walk(root, rest);
        if self.where_present && value.is_null() {
            return true;
        }
        if matches!(self.test, "changed" | "unchanged" | "max_delta" | "monotonic") {
            let before = self.walk(&seen.committed, rest);
            let base = &rest[..if rest[0] == "user" { 2 } else { 1 }];
            let is_nobodys = |default| self.walk(&seen.committed, base) == self.walk(default, base);
            let first = self.test != "unchanged" && seen.unwritten.as_ref().is_some_and(is_nobodys);
            return self.change(&value, &if first { Json::Null } else { before });
        }
        if self.test == "exists" {
            return (self.bounds[0] == "true") != value.is_null();
        }
        if value.is_null() || is_nan(&value) || value == opaque() {
            return false;
        }
        let order = |index: usize| compare(&value, &self.bounds[index], self.single);
        let among = || self.bounds.iter().any(|bound| compare(&value, bound, self.single) == Some(Ordering::Equal));
        match self.test {
            "min" => order(0).is_some_and(Ordering::is_ge),
            "max" => order(0).is_some_and(Ordering::is_le),
            "eq" => order(0) == Some(Ordering::Equal),
            "neq" => order(0).is_some_and(Ordering::is_ne),
            "between" => order(0).is_some_and(Ordering::is_ge) && order(1).is_some_and(Ordering::is_le),
            "in" => order(0).is_some() && among(),
            "not_in" => order(0).is_some() && !among(),
            "min_len" => length(&value) >= self.bounds[0].parse().unwrap(),
            "max_len" => length(&value) <= self.bounds[0].parse().unwrap(),
            "finite" => float(&value).is_some_and(f64::is_finite),
            "unique" => {
                let list = value.as_array().unwrap();
                let known = list.iter().all(|one| !one.is_null() && !is_nan(one));
                known && list.iter().enumerate().all(|(index, one)| !list[..index].contains(one))
            }
            "regex" => {
                let text = value["text"].as_str().unwrap();
                match self.bounds[0].as_str() {
                    "\"^a\"" => text.starts_with('a'),
                    "\"li\"" => text.contains("li"),
                    "\"^$\"" => text.is_empty(),
                    "\"[0-9]$\"" => text.ends_with(|last: char| last.is_ascii_digit()),
                    other => panic!("no naive reading of {other}"),
                }
            }
            "multiple_of" => match value.get("decimal") {
                Some(_) => tick(&value) % ticks(&self.bounds[0]) == 0,
                None => integer(&value).unwrap().1.is_multiple_of(self.bounds[0].parse::<u128>().unwrap()),
            },
            other => panic!("no naive reading of {other}"),
        }
    }

    fn change(&self, value: &Json, before: &Json) -> bool {
        if value.is_null() || is_nan(value) || *value == opaque() {
            return false;
        }
        let is_end = |value: &Json| float(value).is_some_and(f64::is_infinite);
        if self.test == "max_delta" && is_end(value) {
            return false;
        }
        let ends = matches!(self.test, "max_delta" | "monotonic");
        let first = before.is_null() || is_nan(before) || *before == opaque() || (ends && is_end(before));
        let bound = self.bounds.first();
        match (self.test, first) {
            ("changed", first) => first || value != before,
            ("unchanged", first) => !first && value == before,
            (_, true) => true,
            ("monotonic", _) => compare_values(value, before).is_some_and(Ordering::is_ge),
            _ => match (float(value), float(before), value.get("decimal")) {
                (Some(now), Some(before), _) => (now - before).abs() <= bound.unwrap().parse().unwrap(),
                (_, _, Some(_)) => (tick(value) - tick(before)).abs() <= ticks(bound.unwrap()),
                _ => {
                    let (now, before) = (integer(value).unwrap(), integer(before).unwrap());
                    // Of one sign the difference fits; of two it is a sum, which may be beyond every bound.
                    let distance =
                        if now.0 == before.0 { Some(now.1.abs_diff(before.1)) } else { now.1.checked_add(before.1) };
                    distance.is_some_and(|distance| distance <= bound.unwrap().parse().unwrap())
                }
            },
        }
    }

    /// Follows a path, one part after the other.
    fn walk(&self, root: &Json, parts: &[String]) -> Json {
        let mut value = root.clone();
        let mut parts = parts.iter();
        while let Some(part) = parts.next() {
            if value.is_null() {
                return value;
            }
            value = if let Some(name) = part.strip_suffix("()") {
                match (name, value.as_array().map(Vec::len)) {
                    ("sum", Some(0)) => {
                        serde_json::json!({ self.zero: if self.zero == "float" { "0.0" } else { "0" } })
                    }
                    _ => computed(&value, name),
                }
            } else if let Some(key) = part.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                element(&value, key)
            } else if let Some(variant) = value.get("enum") {
                let field = parts.next().unwrap();
                if variant == part { value["fields"][field].clone() } else { Json::Null }
            } else {
                value["record"][part].clone()
            };
        }
        value
    }
}

fn opaque() -> Json {
    serde_json::json!({ "opaque": true })
}

fn element(value: &Json, key: &str) -> Json {
    if let Some(entries) = value.get("map") {
        let wanted = key.trim_matches('"').replace("\\\"", "\"");
        let same = |key: &Json| {
            ["text", "int", "enum"].iter().any(|kind| key.get(kind).and_then(Json::as_str) == Some(wanted.as_str()))
        };
        let entries = entries.as_array().unwrap();
        return entries.iter().find(|entry| same(&entry[0])).map_or(Json::Null, |entry| entry[1].clone());
    }
    let list = value.as_array().unwrap();
    let index: i64 = key.parse().unwrap();
    let index = if index < 0 { list.len() as i64 + index } else { index };
    usize::try_from(index).ok().and_then(|index| list.get(index)).cloned().unwrap_or(Json::Null)
}

fn computed(value: &Json, name: &str) -> Json {
    if let Some(entries) = value.get("map") {
        let entries = entries.as_array().unwrap();
        return match name {
            "len" => count(entries.len()),
            "keys" => Json::Array(entries.iter().map(|entry| entry[0].clone()).collect()),
            "values" => Json::Array(entries.iter().map(|entry| entry[1].clone()).collect()),
            other => panic!("no naive reading of {other}"),
        };
    }
    if let Some(text) = value.get("text").and_then(Json::as_str) {
        let character = |character: Option<char>| {
            character.map_or(Json::Null, |character| serde_json::json!({ "char": character.to_string() }))
        };
        return match name {
            "len" => count(text.chars().count()),
            "first" => character(text.chars().next()),
            "last" => character(text.chars().last()),
            other => panic!("no naive reading of {other}"),
        };
    }
    let Some(list) = value.as_array() else { return own_method(value, name) };
    match name {
        "len" => count(list.len()),
        "first" => list.first().cloned().unwrap_or(Json::Null),
        "last" => list.last().cloned().unwrap_or(Json::Null),
        "norm" => {
            let squares = list.iter().map(|value| float(value).unwrap() * float(value).unwrap());
            of_float(squares.sum::<f64>().sqrt())
        }
        // One that is missing or no number spoils the whole.
        _ if list.contains(&Json::Null) => Json::Null,
        "min" | "max" if list.iter().any(is_nan) => of_float(f64::NAN),
        "min" => least(list, Ordering::Less),
        "max" => least(list, Ordering::Greater),
        "sum" => sum(list),
        "mean" if list.is_empty() => Json::Null,
        "mean" => mean(list),
        other => panic!("no naive reading of {other}"),
    }
}

/// The methods of the world's own types.
fn own_method(value: &Json, name: &str) -> Json {
    match name {
        "is_moving" => {
            let speed = float(&value["fields"]["speed"]);
            serde_json::json!({ "bool": speed.is_some_and(|speed| speed > 0.0).to_string() })
        }
        "label" => {
            let name = value["record"]["name"]["text"].as_str().unwrap();
            serde_json::json!({ "text": name.split('-').next().unwrap() })
        }
        "surplus" => {
            let of = |field: &str| value["record"][field]["int"].as_str().unwrap().parse::<i128>().unwrap();
            serde_json::json!({ "int": (of("int") - of("unsigned")).to_string() })
        }
        other => panic!("no naive reading of {other}"),
    }
}

fn count(len: usize) -> Json {
    serde_json::json!({ "int": len.to_string() })
}

fn of_float(value: f64) -> Json {
    serde_json::json!({ "float": format!("{:?}", value + 0.0) })
}

fn least(list: &[Json], wanted: Ordering) -> Json {
    let mut best = Json::Null;
    for value in list {
        if best.is_null() || compare_values(value, &best) == Some(wanted) {
            best = value.clone();
        }
    }
    best
}

/// The sum of integers in halves of 128 bits, of floats on paper, of decimals in the smallest unit.
fn sum(list: &[Json]) -> Json {
    if list.iter().any(|value| value.get("float").is_some()) {
        return of_float(float_sum(list, 1));
    }
    if list.iter().any(|value| value.get("decimal").is_some()) {
        return serde_json::json!({ "decimal": shown(list.iter().map(tick).sum()) });
    }
    match whole_sum(list) {
        Some((negative, sum)) => {
            serde_json::json!({ "int": format!("{}{sum}", if negative && sum > 0 { "-" } else { "" }) })
        }
        None => opaque(),
    }
}

fn whole_sum(list: &[Json]) -> Option<(bool, u128)> {
    let part = |wanted: bool| {
        let numbers = list.iter().filter_map(integer).filter(|(negative, _)| *negative == wanted);
        numbers.fold((0_u128, 0_u128), |(high, low), (_, number)| {
            let low = low + (number & u128::from(u64::MAX));
            (high + (number >> 64) + (low >> 64), low & u128::from(u64::MAX))
        })
    };
    let (above, below) = (part(false), part(true));
    let (negative, more, less) = if above >= below { (false, above, below) } else { (true, below, above) };
    let borrow = u128::from(more.1 < less.1);
    let (high, low) = (more.0 - less.0 - borrow, more.1 + (borrow << 64) - less.1);
    let sum = (high < 1 << 64).then(|| (high << 64) + low)?;
    // Below zero there is one bit less.
    (!negative || sum <= 1 << 127).then_some((negative, sum))
}

/// The mean of integers by long division on paper, read as a float by the standard library.
fn mean(list: &[Json]) -> Json {
    if list[0].get("float").is_some() {
        return of_float(float_sum(list, list.len()));
    }
    let Some((negative, sum)) = whole_sum(list) else {
        // Beyond 128 bits: only the order of magnitude is known.
        return serde_json::json!({ "beyond": true });
    };
    let count = list.len() as u128;
    let mut digits = format!("{}{}.", if negative { "-" } else { "" }, sum / count);
    let mut rest = sum % count;
    for _ in 0..80 {
        rest *= 10;
        digits += &(rest / count).to_string();
        rest %= count;
    }
    of_float(digits.parse().unwrap())
}

/// The sum divided by a count, with all its digits, read as a float by the standard library.
fn float_sum(list: &[Json], count: usize) -> f64 {
    let floats: Vec<f64> = list.iter().map(|value| float(value).unwrap()).collect();
    if floats.iter().any(|float| !float.is_finite()) {
        return floats.iter().filter(|float| !float.is_finite()).sum();
    }
    let exact = floats.iter().map(|float| BigRational::from_float(*float).unwrap()).sum::<BigRational>();
    let exact = exact / BigRational::from_integer(count.into());
    let unit = BigInt::from(10).pow(1_200);
    let scaled = exact * BigRational::from_integer(unit);
    let more = if scaled.is_integer() { "0" } else { "1" };
    // Towards zero, and what is cut off is a one behind it.
    format!("{}{more}e-1201", scaled.trunc().to_integer()).parse().unwrap()
}

fn is_nan(value: &Json) -> bool {
    float(value).is_some_and(f64::is_nan)
}

fn float(value: &Json) -> Option<f64> {
    Some(value.get("float")?.as_str().unwrap().parse().unwrap())
}

/// An integer: whether it is below zero, and its size.
fn integer(value: &Json) -> Option<(bool, u128)> {
    Some(parse_integer(value.get("int")?.as_str().unwrap()))
}

fn parse_integer(text: &str) -> (bool, u128) {
    match text.strip_prefix('-') {
        Some(digits) => (true, digits.parse().unwrap()),
        None => (false, text.parse().unwrap()),
    }
}

fn order_integers(one: (bool, u128), two: (bool, u128)) -> Ordering {
    match (one.0, two.0) {
        (false, false) => one.1.cmp(&two.1),
        (true, true) => two.1.cmp(&one.1),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    }
}

pub(crate) fn tick(value: &Json) -> i128 {
    ticks(value["decimal"].as_str().unwrap())
}

/// A decimal in its smallest unit.
fn ticks(text: &str) -> i128 {
    let text = text.trim_matches('"');
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction:0<12}");
    digits.parse().unwrap()
}

fn shown(ticks: i128) -> String {
    let sign = if ticks < 0 { "-" } else { "" };
    let unit = 10_u128.pow(12);
    let text = format!("{sign}{}.{:012}", ticks.unsigned_abs() / unit, ticks.unsigned_abs() % unit);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn length(value: &Json) -> usize {
    let text = value.get("text").and_then(Json::as_str).map(|text| text.chars().count());
    let map = value.get("map").and_then(Json::as_array).map(Vec::len);
    text.or(map).or_else(|| value.as_array().map(Vec::len)).unwrap()
}

fn compare_values(one: &Json, two: &Json) -> Option<Ordering> {
    if let (Some(one), Some(two)) = (integer(one), integer(two)) {
        return Some(order_integers(one, two));
    }
    if let (Some(one), Some(two)) = (float(one), float(two)) {
        return one.partial_cmp(&two);
    }
    if one.get("decimal").is_some() {
        return Some(tick(one).cmp(&tick(two)));
    }
    Some(one.get("time")?.as_u64()?.cmp(&two["time"].as_u64()?))
}

/// A value and a bound as written; for what has no order, equal or not.
fn compare(value: &Json, bound: &str, single: bool) -> Option<Ordering> {
    let same = |equal: bool| Some(if equal { Ordering::Equal } else { Ordering::Less });
    if let Some(integer) = integer(value) {
        return Some(order_integers(integer, parse_integer(bound)));
    }
    if let Some(float) = float(value) {
        let bound: f64 = match bound {
            ".inf" => f64::INFINITY,
            "-.inf" => f64::NEG_INFINITY,
            text => text.parse().unwrap(),
        };
        return float.partial_cmp(&if single { f64::from(bound as f32) } else { bound });
    }
    if value.get("decimal").is_some() {
        return Some(tick(value).cmp(&ticks(bound)));
    }
    if let Some(seconds) = value.get("time").and_then(Json::as_u64) {
        return Some(seconds.cmp(&minutes_of(bound)));
    }
    let text = ["text", "char", "enum"].iter().find_map(|kind| value.get(kind)).and_then(Json::as_str);
    if let Some(text) = text {
        let bound: String = serde_json::from_str(bound).unwrap();
        return same(text == bound);
    }
    let boolean = value.get("bool").and_then(Json::as_str)?;
    same(boolean == bound)
}

/// The bounds of times are minutes after noon of one day.
fn minutes_of(bound: &str) -> u64 {
    let minutes: u64 = bound.trim_matches('"')["2024-05-01T12:".len()..][..2].parse().unwrap();
    1_714_564_800 + minutes * 60
}
