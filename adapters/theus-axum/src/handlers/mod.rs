//! What each resource does.

mod alarms;
mod command;
mod event;
mod explain;
mod happenings;
mod journal;
mod open;
mod state;
mod status;

use std::sync::Arc;

use crate::service::Service;

pub(crate) use alarms::{acknowledge, alarms, figures, shelve, unshelve};
pub(crate) use command::run;
pub(crate) use event::send;
pub(crate) use explain::explain;
pub(crate) use happenings::{of_all, of_one};
pub(crate) use journal::journal;
pub(crate) use open::open;
pub(crate) use state::state;
pub(crate) use status::status;

/// What all of them have.
pub(crate) type Shared<D, G, E> = Arc<Service<D, G, E>>;
