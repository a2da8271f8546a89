//! What is done for a session at each call, as a function of what is kept of it and what is asked: nothing here knows of Restate.
//!
//! A call is a [`Turn`]: one step after the other, each by [`Hosted::step`], each of whose results somebody keeps before the next begins. A
//! step has at most one process with effects in it. What is left to be sent, and what is kept, follows from the results alone.

mod ask;
mod counting;
mod entry;
mod error;
mod heard;
mod host;
mod hosted;
mod manage;
mod outward;
pub mod parts;
mod recorded;
mod size;
mod step;
mod stepped;
mod told;
mod turn;

pub use ask::{Ask, ControlAsk, EmitAsk, ExplainAsk, RunAsk};
pub use counting::SharedCounters;
pub use entry::Entry;
pub use error::StepError;
pub use heard::{Failure, Heard};
pub use host::Host;
pub use hosted::{Around, Checked, Hosted, StepInput};
pub use outward::{Delivery, Sent};
pub use recorded::Recorded;
pub use stepped::{Rest, Stepped};
pub use told::Told;
pub use turn::{After, Turn};

pub(crate) use host::millis as millis_of;
