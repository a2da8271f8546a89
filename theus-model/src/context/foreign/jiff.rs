//! The times of `jiff`.

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp, Zoned};

use super::{scalar, time};
use crate::context::{Decimal, Shape, TimeKind};

scalar! {
    [] Timestamp: Shape::Time(TimeKind::Instant),
        |at| time(TimeKind::Instant, at.as_second(), at.subsec_nanosecond().into());
    [] Zoned: Shape::Time(TimeKind::Instant),
        |at| time(TimeKind::Instant, at.timestamp().as_second(), at.timestamp().subsec_nanosecond().into());
    [] DateTime: Shape::Time(TimeKind::DateTime),
        |at| time(TimeKind::DateTime, days(at.date()) * 86_400, nanos(at.time()));
    [] Date: Shape::Time(TimeKind::Date), |date| time(TimeKind::Date, days(*date) * 86_400, 0);
    [] Time: Shape::Time(TimeKind::TimeOfDay), |at| time(TimeKind::TimeOfDay, 0, nanos(*at));
    [] SignedDuration: Shape::Decimal, |span| Decimal::of(span.as_nanos(), 9);
}

/// Days since 1970-01-01.
fn days(date: Date) -> i64 {
    date.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24
}

/// Nanoseconds since midnight.
fn nanos(time: Time) -> i64 {
    let seconds = (i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60 + i64::from(time.second());
    seconds * 1_000_000_000 + i64::from(time.subsec_nanosecond())
}
