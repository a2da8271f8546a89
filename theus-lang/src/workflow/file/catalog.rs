//! What a workflow file is checked against.

use crate::audit::{self, ProcessEntry};
use crate::context::{Schema, Zone};
use crate::signal::EventName;

/// What a workflow file is checked against: the processes, the fields of both layers, and the events that the program
/// itself says it emits.
///
/// ```
/// use theus_core::context::Schema;
/// use theus_core::signal::EventName;
/// use theus_core::workflow::file::Catalog;
///
/// let (domain, global) = (Schema::empty(), Schema::empty());
/// let external = vec![EventName::parse("CMD_START")?];
/// let catalog = Catalog { processes: Vec::new(), domain, global, external };
/// assert_eq!(catalog.external.len(), 1);
/// # Ok::<(), theus_core::signal::EventNameError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Catalog {
    /// The processes, with the shapes of their arguments.
    pub processes: Vec<ProcessEntry>,
    /// The schema of the domain: its signals raise events, its Data is what expressions read.
    pub domain: Schema,
    /// The schema of the global layer.
    pub global: Schema,
    /// Events that come from outside, as the program declares them; a file lists its own under `external`.
    pub external: Vec<EventName>,
}

/// What recipes are checked against is what workflows are checked against, but for events.
impl From<audit::Catalog> for Catalog {
    fn from(catalog: audit::Catalog) -> Self {
        let audit::Catalog { processes, domain, global } = catalog;
        Self { processes, domain, global, external: Vec::new() }
    }
}

impl Catalog {
    /// The paths of the domain's signals, without the layer, each with the event that it raises.
    pub(super) fn signals(&self) -> Vec<(String, EventName)> {
        self.domain.paths().into_iter().filter_map(|field| Some((field.path, field.event?))).collect()
    }

    /// The paths of the domain's fields of a zone, without the layer.
    pub(super) fn fields(&self, zone: Zone) -> Vec<String> {
        self.domain.paths().into_iter().filter(|field| field.zone == zone).map(|field| field.path).collect()
    }
}
