//! Sessions that outlive the process: state, journal, workflow and audit in one transaction of a database.
//!
//! With [`EngineBuilder::store`](crate::EngineBuilder::store) every commit of a session is handed to a [`Store`] before anybody
//! hears of it. What the store has acknowledged is there after a crash, whole; what it has not is not, or is whole. The state is
//! stored as data and never got back by running code; the [journal](crate::Engine::journal) says which runs made it, and can
//! prove it.
//!
//! What is kept of a session is its Data zone, which must be `Serialize` and `Deserialize`; Signal and Meta are made anew.

mod alarm;
mod chain;
#[cfg(feature = "conformance")]
pub mod conformance;
mod decode;
mod encode;
mod entries;
mod error;
mod hex;
mod identity;
mod memory;
mod port;
mod shown;
mod wait;
mod write;

pub use alarm::{StoredAlarm, StoredRaised, StoredShelf};
pub use chain::ChainHash;
pub use decode::decode;
pub use encode::encode;
pub(crate) use encode::{encode_into, list};
pub use error::{DecodeError, EncodeError, StoreError};
pub use memory::{Fault, MemoryStore};
pub use port::Store;
pub use shown::shown;
pub use write::{
    Audit, Base, Beginning, CodePrint, Committed, Done, EffectAnswer, Entry, Field, JournalEntry, Lease, Part, Place,
    SessionRow, SessionState, Settled, StoredAnswer, StoredCount, StoredEvent, StoredMessage, StoredOrigin,
    StoredSample, Write,
};

pub(crate) use decode::decode_whole;
pub(crate) use identity::by_chance;
pub(crate) use port::{called, name_of, write};
