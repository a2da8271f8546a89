//! An object whose name is known only when the program runs: the SDK's macros fix it while it is compiled.
//!
//! What the macros write is written here by hand, on what they stand on (`macro_support`, which the SDK hides in its documentation): so the
//! SDK's version is pinned.

use restate_sdk::context::{ObjectContext, SharedObjectContext};
use restate_sdk::endpoint::{ContextInternal, Error};
use restate_sdk::serde::Json;
use restate_sdk::service::macro_support::{ServiceBoxFuture, service_definition};
use restate_sdk::service::{Service, ServiceDefinition};
use serde::de::DeserializeOwned;
use serde_json::Value;
use theus_axum::{Kind, Problem};

use crate::discovery::{About, Options, Way, answer, discovered};
use crate::drive::{Ask, Told};
use crate::error::ObjectError;
use crate::handlers::Sessions;
use crate::ledger::Cursor;

const HANDLERS: [About; 8] = [
    About("run", Way::Exclusive, true, "Runs a process: {process, with}."),
    About("emit", Way::Exclusive, true, "Sends an event to the workflow: {event, with, urgent}."),
    About(
        "ask",
        Way::Exclusive,
        true,
        "The same, and tells what has come of it; an event that no state has a use for is refused.",
    ),
    About(
        "control",
        Way::Exclusive,
        true,
        "Holds the workflow up, lets it go on, ends it: \"pause\", \"resume\", {cancel: reason}.",
    ),
    About("tick", Way::Inner, true, "The time has come that the session has waited for."),
    About("state", Way::Shared, false, "The session as it is."),
    About(
        "verify",
        Way::Shared,
        true,
        "Whether its records are what was recorded: null, or where the last page has ended.",
    ),
    About("explain", Way::Shared, true, "What the rules would say to a run: {process, with}."),
];

/// The object of these sessions.
pub(crate) fn definition(sessions: Sessions, options: Options) -> Result<ServiceDefinition, ObjectError> {
    let discovered = discovered(&sessions.name, &HANDLERS, options)?;
    Ok(service_definition(Dispatcher(sessions), discovered))
}

struct Dispatcher(Sessions);

impl Service for Dispatcher {
    type Future = ServiceBoxFuture;

    fn handle(&self, ctx: ContextInternal) -> ServiceBoxFuture {
        let sessions = self.0.clone();
        Box::pin(async move {
            match ctx.handler_name() {
                "run" => turn(&sessions, &ctx, Ask::Run).await,
                "emit" => turn(&sessions, &ctx, Ask::Emit).await,
                "ask" => turn(&sessions, &ctx, Ask::Ask).await,
                "control" => turn(&sessions, &ctx, Ask::Control).await,
                "tick" => {
                    let (Json(due), metadata) = ctx.input::<Json<u64>>().await;
                    let ticked = sessions.turn(&ObjectContext::from((&ctx, metadata)), Ask::Tick(due)).await;
                    answer(&ctx, ticked.map(|_| ()));
                }
                "state" => {
                    let ((), metadata) = ctx.input::<()>().await;
                    answer(&ctx, sessions.state(&SharedObjectContext::from((&ctx, metadata))).await);
                }
                "explain" => {
                    let (asked, metadata) = ctx.input::<Vec<u8>>().await;
                    let explained = match read(&asked) {
                        Ok(ask) => sessions.explain(&SharedObjectContext::from((&ctx, metadata)), ask).await,
                        Err(refused) => Ok(Json(serde_json::json!({ "refused": refused }))),
                    };
                    answer(&ctx, explained);
                }
                "verify" => {
                    let (asked, metadata) = ctx.input::<Vec<u8>>().await;
                    let verified = match read::<Option<Cursor>>(&asked) {
                        Ok(from) => sessions.verify(&SharedObjectContext::from((&ctx, metadata)), from).await,
                        Err(refused) => Ok(Json(serde_json::json!({ "refused": refused }))),
                    };
                    answer(&ctx, verified);
                }
                other => return Err(Error::unknown_handler(ctx.service_name(), other)),
            }
            Ok(())
        })
    }
}

/// A call that may change the session. That it is no call at all is an answer, too.
async fn turn<A: DeserializeOwned>(sessions: &Sessions, ctx: &ContextInternal, ask: fn(A) -> Ask) {
    let (asked, metadata) = ctx.input::<Vec<u8>>().await;
    let told = match read(&asked) {
        Ok(asked) => {
            let told = sessions.turn(&ObjectContext::from((ctx, metadata)), ask(asked)).await;
            told.map(Option::unwrap_or_default)
        }
        Err(refused) => Ok(Told { refused: Some(refused), status: "running".to_owned(), ..Told::default() }),
    };
    answer(ctx, told.map(Json));
}

fn read<A: DeserializeOwned>(asked: &[u8]) -> Result<A, Value> {
    serde_json::from_slice(asked).map_err(|error| {
        // The same each time: what is told here is not journaled.
        let problem = Problem::new(Kind::Malformed).detail(error.to_string());
        serde_json::to_value(problem).unwrap_or_default()
    })
}
