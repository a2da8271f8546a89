//! The resources of a service.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::middleware::map_response;
use axum::routing::{MethodRouter, get, post};
use http::header::CONTENT_TYPE;
use theus_core::Context;
use theus_core::context::SerializeData;
use theus_core::workflow::Sessions;

use crate::handlers::{self, Shared};
use crate::limits;
use crate::openapi;
use crate::options::Options;
use crate::problem::{Kind, Problem, tell_holder};
use crate::service::{OptionsError, Service};

/// The resources of a pool of sessions, as a router: merge it into one's own, nest it, put layers around it.
///
/// | resource | |
/// |---|---|
/// | `POST /sessions/{name}/commands/{process}` | runs a process, by [`Options::command`]; the body has its arguments by their names, the answer is what it returns |
/// | `POST /sessions/{name}/events/{event}` | sends an event, and [answers](theus_core::workflow::Sessions::ask) what has come of it; `?wait=work` waits for what states have invoked, too; `?wait=no` for nothing, which is 202 |
/// | `PUT /sessions/{name}` | opens it, by [`Options::open`]: 201, and 200 where it is there already |
/// | `GET /sessions/{name}` | how it stands, and its state |
/// | `GET /sessions/{name}/explain?process=..&arguments=..` | what the rules would say, by [`Options::explain`]; the arguments are JSON |
/// | `GET /sessions/{name}/journal?from=..&most=..` | its steps, by [`Options::journal`], where there is a store |
/// | `GET /sessions/{name}/happenings`, `GET /happenings` | what one, or all, do from now on, as Server-Sent Events, by [`Options::happenings`] |
/// | `GET /alarms`, `GET /alarms/figures?operators=..` | the alarms of all sessions that are not normal, and how many there are for so many operators, by [`Options::alarms`] |
/// | `POST /alarms/acknowledge`, `/alarms/unshelve`, `/alarms/shelve` | what an operator does to an alarm: the body has its `id`, a `reason` and, to shelve, for how many `seconds`; the answer is how it stands then |
/// | `GET /status` | how the engine and all sessions stand |
/// | `GET /openapi.json` | all of this, as OpenAPI 3.1: what commands take, return and fail with, by the shapes of the types and what doc comments say |
///
/// With the header `Idempotency-Key` a command is run once, where a store keeps the session, and an event comes once: who asks again is
/// given the answer of then.
///
/// ```
/// # use std::sync::Arc;
/// # use theus_core::prelude::*;
/// # use theus_core::workflow::Sessions;
/// # #[derive(Clone, Default, Context)]
/// # struct Door { opened: u32 }
/// # #[process(inputs = [domain.opened], outputs = [domain.opened])]
/// # fn open(ctx: Ctx<Door>) -> u32 { *ctx.domain.opened += 1; *ctx.domain.opened }
/// use theus_axum::Options;
///
/// let engine = Engine::builder(Door::default()).process::<Open>().build()?;
/// let flow = "external: [CMD_OPEN]\nstates: { CLOSED: { events: { CMD_OPEN: OPEN } }, OPEN: { entry: open, final: true } }";
/// let doors = Arc::new(Sessions::of_text(&engine, "door.yaml", flow)?.start()?);
/// let app: axum::Router = axum::Router::new()
///     .route("/health", axum::routing::get(|| async { "well" }))
///     .merge(theus_axum::routes(doors, Options::new().command::<Open>())?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`OptionsError`] where the options say what the engine or the workflow has not.
pub fn routes<D, G, E>(sessions: Arc<Sessions<D, G, E>>, options: Options<D, G, E>) -> Result<Router, OptionsError>
where
    D: Context<Fields: SerializeData>,
    G: Context,
    E: Send + Sync + 'static,
{
    let (parts, first, operator) = (options.parts.clone(), options.first.clone(), options.operator.clone());
    let service: Shared<D, G, E> = Arc::new(Service::new(sessions, options)?);
    // It is the same for as long as the service is.
    let document = Bytes::from(openapi::document(&service, &parts).to_string());
    let document = move || std::future::ready(([(CONTENT_TYPE, "application/json")], document.clone()));
    let mut of_session = get(handlers::state::<D, G, E>);
    if let Some(first) = first {
        of_session = of_session.put(move |service, named| handlers::open(service, named, first));
    }
    let mut router = Router::new()
        .route("/sessions/{name}/commands/{of}", only(post(handlers::run::<D, G, E>)))
        .route("/sessions/{name}/events/{of}", only(post(handlers::send::<D, G, E>)))
        .route("/sessions/{name}", only(of_session))
        .route("/status", only(get(handlers::status::<D, G, E>)))
        .route("/openapi.json", only(get(document)));
    if parts.has_explain {
        router = router.route("/sessions/{name}/explain", only(get(handlers::explain::<D, G, E>)));
    }
    if parts.has_journal {
        router = router.route("/sessions/{name}/journal", only(get(handlers::journal::<D, G, E>)));
    }
    if parts.has_happenings {
        router = router
            .route("/sessions/{name}/happenings", only(get(handlers::of_one::<D, G, E>)))
            .route("/happenings", only(get(handlers::of_all::<D, G, E>)));
    }
    if let Some(who) = operator {
        let (by, of) = (Arc::clone(&who), Arc::clone(&who));
        router = router
            .route("/alarms", only(get(handlers::alarms::<D, G, E>)))
            .route("/alarms/figures", only(get(handlers::figures::<D, G, E>)))
            .route(
                "/alarms/acknowledge",
                only(post(move |service, parts, body| handlers::acknowledge::<D, G, E>(service, by, parts, body))),
            )
            .route(
                "/alarms/shelve",
                only(post(move |service, parts, body| handlers::shelve::<D, G, E>(service, of, parts, body))),
            )
            .route(
                "/alarms/unshelve",
                only(post(move |service, parts, body| handlers::unshelve::<D, G, E>(service, who, parts, body))),
            );
    }
    if parts.tells_holder {
        router = router.layer(map_response(tell_holder));
    }
    let limits = service.limits;
    Ok(limits::around(router.with_state(service), limits))
}

/// What other methods are told.
fn only<S: Clone + Send + Sync + 'static>(method: MethodRouter<S>) -> MethodRouter<S> {
    method.fallback(|| async { Problem::new(Kind::Method) })
}
