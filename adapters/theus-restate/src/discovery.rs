//! What Restate is told of objects, their handlers and how it is to handle calls.

use std::time::Duration;

use restate_sdk::discovery::{
    Handler, HandlerName, HandlerType, InputPayload, OutputPayload, Service as Discovered, ServiceName, ServiceType,
};
use restate_sdk::endpoint::ContextInternal;
use restate_sdk::errors::HandlerResult;

use crate::error::ObjectError;

/// For how long Restate keeps what was only looked at, in milliseconds.
const SHORT: u64 = 1_000;

/// How Restate handles its calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) retention: Duration,
    pub(crate) inactivity: Duration,
    pub(crate) abort: Duration,
    /// Whether its entries are sent one by one, as they are asked for, and not all with each call.
    pub(crate) is_lazy: bool,
}

/// How a handler is called.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// One at a time for each session.
    Exclusive,
    /// Beside those.
    Shared,
    /// One at a time, and not from outside.
    Inner,
}

/// A handler, as Restate is told of it: whether it takes something, and what it is.
pub(crate) struct About(pub(crate) &'static str, pub(crate) Way, pub(crate) bool, pub(crate) &'static str);

/// What is told to Restate of an object of this name.
pub(crate) fn discovered(name: &str, handlers: &[About], options: Options) -> Result<Discovered, ObjectError> {
    let wrong = |reason: String| ObjectError::Name { name: name.to_owned(), reason };
    let handlers = handlers.iter().map(|told| handler(told, options).map_err(wrong)).collect::<Result<_, _>>()?;
    let millis = |time: Duration| u64::try_from(time.as_millis()).ok();
    Ok(Discovered {
        ty: ServiceType::VirtualObject,
        name: ServiceName::try_from(name).map_err(|error| wrong(error.to_string()))?,
        handlers,
        documentation: Some("Sessions of Theus.".to_owned()),
        metadata: Default::default(),
        abort_timeout: millis(options.abort),
        inactivity_timeout: millis(options.inactivity),
        journal_retention: millis(options.retention),
        idempotency_retention: millis(options.retention),
        enable_lazy_state: Some(options.is_lazy),
        ingress_private: Some(false),
        // What fails here passes by itself: a lease that is out. Nobody is to resume it by hand.
        retry_policy_initial_interval: Some(50),
        retry_policy_max_interval: Some(2_000),
        retry_policy_max_attempts: Some(1_000_000_000),
        retry_policy_exponentiation_factor: Some(2.0),
        retry_policy_on_max_attempts: None,
    })
}

fn handler(About(name, way, takes, about): &About, options: Options) -> Result<Handler, String> {
    let millis = u64::try_from(options.retention.as_millis()).ok();
    let input = match takes {
        true => {
            InputPayload { content_type: Some("application/json".to_owned()), json_schema: None, required: Some(true) }
        }
        false => InputPayload::empty(),
    };
    let output = OutputPayload {
        content_type: Some("application/json".to_owned()),
        json_schema: None,
        set_content_type_if_empty: Some(false),
    };
    Ok(Handler {
        name: HandlerName::try_from(*name).map_err(|error| error.to_string())?,
        input: Some(input),
        output: Some(output),
        ty: (*way == Way::Shared).then_some(HandlerType::Shared),
        documentation: Some((*about).to_owned()),
        metadata: Default::default(),
        abort_timeout: None,
        inactivity_timeout: None,
        // What was only looked at is not worth keeping.
        journal_retention: if *way == Way::Shared { Some(SHORT) } else { millis },
        idempotency_retention: match way {
            Way::Exclusive => millis,
            Way::Shared => Some(SHORT),
            Way::Inner => None,
        },
        workflow_completion_retention: None,
        enable_lazy_state: None,
        ingress_private: Some(*way == Way::Inner),
        retry_policy_initial_interval: None,
        retry_policy_max_interval: None,
        retry_policy_max_attempts: None,
        retry_policy_exponentiation_factor: None,
        retry_policy_on_max_attempts: None,
    })
}

/// What a handler has come to.
pub(crate) fn answer<T: restate_sdk::serde::Serialize>(ctx: &ContextInternal, result: HandlerResult<T>) {
    ctx.handle_handler_result(result);
    ctx.end();
}
