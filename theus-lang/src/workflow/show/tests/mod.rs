//! Charts made from the model, drawn in each form.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod charts;
mod pictures;
