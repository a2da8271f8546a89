#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod command;
mod handlers;
mod json;
mod limits;
mod options;
mod problem;
mod request;
mod routes;
mod service;

pub use http::StatusCode;
pub use json::Json;
pub use options::Options;
pub use problem::{HttpStatus, Kind, Problem};
pub use routes::routes;
pub use service::OptionsError;
