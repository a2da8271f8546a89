//! Where in a distributed trace something is, as services tell each other.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How long a `tracestate` may be; W3C asks for 512 characters at least.
const MOST_STATE: usize = 512;
/// `00-`, the trace, `-`, the span, `-`, the flags.
const LENGTH: usize = 55;

/// Where in a distributed trace something is, as [W3C Trace Context](https://www.w3.org/TR/trace-context/) has it: what the header
/// `traceparent` says, with what `tracestate` adds to it. An [`Event`](super::Event) brings it along, so that what comes of the event
/// is in the trace of whoever sent it: on another thread, after hours, after a restart.
///
/// ```
/// use theus_core::signal::TraceContext;
///
/// let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// let trace: TraceContext = header.parse()?;
/// assert_eq!(trace.to_string(), header);
/// assert_eq!((trace.span_id(), trace.is_sampled()), (0x00f0_67aa_0ba9_02b7, true));
/// assert!("00-0-0-01".parse::<TraceContext>().is_err());
/// # Ok::<(), theus_core::signal::TraceContextError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct TraceContext(Arc<Parts>);

#[derive(Clone, PartialEq, Eq, Hash)]
struct Parts {
    trace: u128,
    span: u64,
    flags: u8,
    state: Option<Box<str>>,
}

#[derive(Serialize, Deserialize)]
struct Written {
    traceparent: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tracestate: Option<String>,
}

/// A text that is no `traceparent`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "this is no traceparent: it has 55 characters, as in `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`"
)]
#[non_exhaustive]
pub struct TraceContextError;

impl TraceContext {
    /// That of these numbers; none where one of the two is 0, which means that there is no such trace.
    #[must_use]
    pub fn new(trace_id: u128, span_id: u64, flags: u8) -> Option<Self> {
        let is_there = trace_id != 0 && span_id != 0;
        is_there.then(|| Self(Arc::new(Parts { trace: trace_id, span: span_id, flags, state: None })))
    }

    /// With what tracing systems say of it in their own words. What is no such text, or longer than 512 characters, is left out, as
    /// the specification has it.
    #[must_use]
    pub fn with_state(self, tracestate: &str) -> Self {
        let is_text = |state: &str| state.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
        let state = Some(tracestate.trim()).filter(|state| !state.is_empty() && state.len() <= MOST_STATE);
        let state = state.filter(|state| is_text(state)).map(Box::from);
        Self(Arc::new(Parts { state, ..(*self.0).clone() }))
    }

    /// The trace's number.
    #[must_use]
    pub fn trace_id(&self) -> u128 {
        self.0.trace
    }

    /// The number of the span in it.
    #[must_use]
    pub fn span_id(&self) -> u64 {
        self.0.span
    }

    /// The flags, as they are in the header.
    #[must_use]
    pub fn flags(&self) -> u8 {
        self.0.flags
    }

    /// Whether somebody may have recorded it.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.0.flags & 1 == 1
    }

    /// What the header `tracestate` says.
    #[must_use]
    pub fn state(&self) -> Option<&str> {
        self.0.state.as_deref()
    }
}

/// As it is in the header `traceparent`.
impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { trace, span, flags, .. } = &*self.0;
        write!(f, "00-{trace:032x}-{span:016x}-{flags:02x}")
    }
}

impl fmt::Debug for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for TraceContext {
    type Err = TraceContextError;

    fn from_str(header: &str) -> Result<Self, TraceContextError> {
        let header = header.trim().as_bytes();
        let known = header.get(..LENGTH).ok_or(TraceContextError)?;
        let more = header.get(LENGTH..).unwrap_or_default();
        let number = |from: usize, to: usize| {
            let digits = known.get(from..to).unwrap_or_default();
            digits.iter().try_fold(0_u128, |number, digit| match digit {
                b'0'..=b'9' => Ok(number << 4 | u128::from(digit - b'0')),
                b'a'..=b'f' => Ok(number << 4 | u128::from(digit - b'a' + 10)),
                _ => Err(TraceContextError),
            })
        };
        let (version, trace, span, flags) = (number(0, 2)?, number(3, 35)?, number(36, 52)?, number(53, 55)?);
        let is_divided = [2, 35, 52].iter().all(|at| known.get(*at) == Some(&b'-'));
        // A later version may say more, and what is known of it is to be taken.
        let is_whole = more.is_empty() || (version > 0 && more.first() == Some(&b'-'));
        if !is_divided || !is_whole || version == 0xff {
            return Err(TraceContextError);
        }
        let of = (u64::try_from(span), u8::try_from(flags));
        let (Ok(span), Ok(flags)) = of else { return Err(TraceContextError) };
        Self::new(trace, span, flags).ok_or(TraceContextError)
    }
}

impl TryFrom<Written> for TraceContext {
    type Error = TraceContextError;

    fn try_from(written: Written) -> Result<Self, TraceContextError> {
        let trace: Self = written.traceparent.parse()?;
        Ok(match written.tracestate {
            Some(state) => trace.with_state(&state),
            None => trace,
        })
    }
}

impl From<TraceContext> for Written {
    fn from(trace: TraceContext) -> Self {
        Self { traceparent: trace.to_string(), tracestate: trace.state().map(str::to_owned) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const HEADER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn what_is_no_traceparent_is_refused() {
        let of_a_later_version = HEADER.replacen("00", "cc", 1) + "-what-is-not-known";
        for good in [HEADER, &format!(" {HEADER} "), &of_a_later_version] {
            assert_eq!(good.parse::<TraceContext>().unwrap().to_string(), HEADER, "{good}");
        }
        let bad = [
            "",
            "00",
            &HEADER[..54],
            &format!("{HEADER}-more"),
            &format!("{HEADER}0"),
            &of_a_later_version.replacen("-what", "what", 1),
            &HEADER.replacen("00", "ff", 1),
            &HEADER.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            &HEADER.replace("00f067aa0ba902b7", &"0".repeat(16)),
            &HEADER.to_uppercase(),
            &HEADER.replace('-', "_"),
            &HEADER.replace("4b", "4ä"),
            &HEADER.replace("4b", "+b"),
        ];
        for bad in bad {
            assert_eq!(bad.parse::<TraceContext>(), Err(TraceContextError), "{bad}");
        }
    }

    #[test]
    fn it_comes_back_from_json_with_its_state() {
        let plain: TraceContext = HEADER.parse().unwrap();
        let with_state = plain.clone().with_state("vendor=1, other=2 ");
        for trace in [&plain, &with_state] {
            let json = serde_json::to_string(trace).unwrap();
            assert_eq!(&serde_json::from_str::<TraceContext>(&json).unwrap(), trace, "{json}");
        }
        assert_eq!(with_state.state(), Some("vendor=1, other=2"));
        let long = "a".repeat(513);
        for bad in ["", "a\nb", "ä", &long] {
            assert_eq!(plain.clone().with_state(bad), plain, "{bad:?} is left out");
        }
        assert!(serde_json::from_str::<TraceContext>(r#"{"traceparent": "00"}"#).is_err());
        assert_eq!(TraceContext::new(0, 1, 1), None);
    }
}
