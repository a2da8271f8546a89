//! Tools that change something, and the count of all calls.

use theus_core::prelude::*;

use super::Mind;
use crate::context::Booking;
use crate::tools::{NoSuchRoom, RoomTaken};

/// Counts calls of tools before they are made: the recipe says how many there may be.
#[process(
    inputs = [domain.usage.tool_calls],
    outputs = [domain.usage.tool_calls],
)]
pub(crate) fn count_calls(ctx: Mind, count: u32) {
    *ctx.domain.usage.tool_calls = ctx.domain.usage.tool_calls.saturating_add(count);
}

/// Books a room.
///
/// The desk is told before the commit, and a rollback does not reach it. So the recipe judges this process at its input
/// gate, and a later step that fails is made good by `cancel`.
#[process(
    inputs = [domain.bookings],
    outputs = [domain.bookings],
    effects = [rooms],
    errors = [NoSuchRoom, RoomTaken],
    blocking,
)]
pub(crate) fn book(ctx: Mind, room: String, price: i64) -> Result<(), BookError> {
    ctx.effects.rooms.find(&room)?;
    let key = ctx.effects.key();
    ctx.effects.rooms.book(&room, key.as_str())?;
    ctx.domain.bookings.push(Booking { room, price });
    Ok(())
}

/// Gives a room back. What was not booked needs no giving back.
#[process(
    inputs = [domain.bookings],
    outputs = [domain.bookings],
    effects = [rooms],
)]
pub(crate) fn cancel(ctx: Mind, room: String) {
    ctx.effects.rooms.cancel(&room);
    ctx.domain.bookings.retain(|booking| booking.room != room);
}

/// Notes something down. Paths are names in the memory, not files.
#[process(
    inputs = [domain.notes],
    outputs = [domain.notes],
)]
pub(crate) fn take_note(ctx: Mind, path: String, text: String) {
    ctx.domain.notes.insert(path, text);
}
