//! Tests of the interpreter as the first version had it.

#![allow(clippy::unwrap_used, clippy::panic)]

mod manager;
