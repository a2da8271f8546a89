//! The times of `chrono`. A leap second counts into the second after it.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike};

use super::{scalar, time};
use crate::context::{Decimal, Shape, TimeKind, Value};

scalar! {
    [Tz: TimeZone] DateTime<Tz>: Shape::Time(TimeKind::Instant),
        |at| time(TimeKind::Instant, at.timestamp(), at.timestamp_subsec_nanos().into());
    [] NaiveDateTime: Shape::Time(TimeKind::DateTime),
        |at| time(TimeKind::DateTime, at.and_utc().timestamp(), at.and_utc().timestamp_subsec_nanos().into());
    [] NaiveDate: Shape::Time(TimeKind::Date),
        |date| time(TimeKind::Date, date.and_time(NaiveTime::MIN).and_utc().timestamp(), 0);
    [] NaiveTime: Shape::Time(TimeKind::TimeOfDay),
        |at| time(TimeKind::TimeOfDay, at.num_seconds_from_midnight().into(), at.nanosecond().into());
    [] TimeDelta: Shape::Decimal, |span| seconds(span);
}

/// A span as exact seconds.
fn seconds(span: &TimeDelta) -> Value<'static> {
    let nanos = i128::from(span.num_seconds()) * 1_000_000_000 + i128::from(span.subsec_nanos());
    Decimal::of(nanos, 9).into()
}
