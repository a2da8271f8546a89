//! Values as PostgreSQL has them.

use std::time::{Duration, SystemTime};

use serde_json::Value;
use theus_core::audit::{AuditEvent, AuditRecord};
use theus_core::store::{StoreError, StoredEvent, decode, encode};

use crate::failure::Name;

/// A number, as PostgreSQL has it: the same 64 bits.
pub(crate) const fn int(number: u64) -> i64 {
    number.cast_signed()
}

/// The same with its highest bit turned, so that it is sorted as a number without a sign.
pub(crate) const fn ranked(number: u64) -> i64 {
    (number ^ 1 << 63).cast_signed()
}

pub(crate) const fn unranked(number: i64) -> u64 {
    number.cast_unsigned() ^ 1 << 63
}

/// A page's length.
pub(crate) fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

/// In nanoseconds since 1970: from the year 1677 to 2262.
pub(crate) fn nanos(time: SystemTime) -> i64 {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanos| -nanos),
    }
}

pub(crate) fn time(nanos: i64) -> SystemTime {
    let since = Duration::from_nanos(nanos.unsigned_abs());
    let time =
        if nanos < 0 { SystemTime::UNIX_EPOCH.checked_sub(since) } else { SystemTime::UNIX_EPOCH.checked_add(since) };
    time.unwrap_or(SystemTime::UNIX_EPOCH)
}

/// A value, and where it is for the error.
pub(crate) fn written<T: serde::Serialize + ?Sized>(value: &T, place: &str) -> Result<Vec<u8>, StoreError> {
    encode(value).map_err(|error| StoreError::Encode { path: place.to_owned(), error })
}

pub(crate) fn read<T: serde::de::DeserializeOwned>(
    bytes: &[u8],
    name: &Name,
    place: impl Fn() -> String,
) -> Result<T, StoreError> {
    decode(bytes).map_err(|error| name.corrupt(place(), error.to_string()))
}

/// An event without its payload, and that: `null` is one.
pub(crate) fn split(event: &StoredEvent) -> Result<(Vec<u8>, Option<Vec<u8>>), StoreError> {
    let place = format!("the event `{}`", event.name);
    let payload = event.payload.as_ref().map(|payload| written(payload, &place)).transpose()?;
    Ok((written(&StoredEvent { payload: None, ..event.clone() }, &place)?, payload))
}

pub(crate) fn joined(
    body: &[u8],
    payload: Option<&[u8]>,
    name: &Name,
    place: impl Fn() -> String,
) -> Result<StoredEvent, StoreError> {
    let event: StoredEvent = read(body, name, &place)?;
    let payload = payload.map(|payload| read::<Value>(payload, name, &place)).transpose()?;
    Ok(StoredEvent { payload, ..event })
}

pub(crate) fn json(record: &AuditRecord, name: &Name) -> Result<String, StoreError> {
    serde_json::to_string(record).map_err(|error| name.io(format!("a record of the audit cannot be written: {error}")))
}

pub(crate) fn record(json: &str, name: &Name, place: impl Fn() -> String) -> Result<AuditRecord, StoreError> {
    let mut record: AuditRecord =
        serde_json::from_str(json).map_err(|error| name.corrupt(place(), error.to_string()))?;
    // A record writes its number once, and what it tells has it too.
    if let AuditEvent::Violation(violation) = &mut record.event {
        violation.sequence = record.sequence;
    }
    Ok(record)
}

/// A name, as bytes.
pub(crate) fn text(bytes: Vec<u8>, name: &Name, place: &str) -> Result<String, StoreError> {
    String::from_utf8(bytes).map_err(|_| name.corrupt(place, "it is no UTF-8"))
}
