#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod command;
mod handlers;
mod json;
mod limits;
mod openapi;
mod options;
mod problem;
mod request;
mod routes;
mod schema;
mod serve;
mod service;
mod shown;

pub use http::StatusCode;
pub use json::Json;
pub use options::Options;
pub use problem::{HttpStatus, Kind, Problem, account};
pub use routes::routes;
pub use serve::{Ended, Serve, serve};
pub use service::OptionsError;
pub use shown::shown;
