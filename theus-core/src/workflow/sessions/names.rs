//! Events by the names that people write.

use super::error::SessionError;
use super::handle::Sessions;
use crate::context::Context;
use crate::signal::EventName;
use crate::source::did_you_mean;
use crate::workflow::interpreter::has_use_of;

impl<D: Context, G: Context, E: Send + Sync + 'static> Sessions<D, G, E> {
    /// The event of the workflow that people mean by a text, whatever its spelling: `order placed`, `Order-Placed` and
    /// `CMD_ORDER_PLACED` are one. Looked up once, it is what [`emit`](Self::emit) and [`ask`](Self::ask) take; they themselves take
    /// nothing but the event's own name.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # use theus_core::workflow::Sessions;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Order {}
    /// # let engine = Engine::builder(Order::default()).build()?;
    /// let flow = "
    /// external: [CMD_ORDER_PLACED, CMD_SHIP]
    /// states: { OPEN: { events: { CMD_ORDER_PLACED: PLACED } }, PLACED: { events: { CMD_SHIP: SHIPPED } }, SHIPPED: { final: true } }
    /// ";
    /// let orders = Sessions::of_text(&engine, "order.yaml", flow)?.stepped(1).start()?;
    /// orders.open("one", Order::default())?;
    /// let placed = orders.event("order placed")?;
    /// orders.emit("one", &placed)?;
    /// assert!(orders.emit("one", "order placed").is_err(), "never silently");
    /// let wrong = orders.event("order plcaed").unwrap_err();
    /// assert!(wrong.to_string().contains("did you mean `CMD_ORDER_PLACED`?"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// An event of another kind is meant by its word too: `door open` is `EVT_DOOR_OPEN` where there is no `CMD_DOOR_OPEN`. Where a
    /// workflow takes any event, a text that means none of its own is a command, as [`EventName::from_text`] has it.
    ///
    /// # Errors
    /// [`SessionError::AmbiguousEvent`] where several may be meant; [`SessionError::UnknownEvent`] where no state has a use for it, or it
    /// has nothing of which a name can be made.
    pub fn event(&self, text: &str) -> Result<EventName, SessionError> {
        let definition = &self.shared.definition;
        let mut known: Vec<&EventName> = definition.external().iter().chain(definition.events()).collect();
        known.retain(|name| !name.is_builtin());
        known.sort();
        known.dedup();
        // As it is written in a file it is that one.
        if let Some(name) = EventName::parse(text).ok().and_then(|name| known.iter().find(|known| ***known == name)) {
            return Ok((*name).clone());
        }
        let meant: Vec<&&EventName> = known.iter().filter(|name| name.is_meant_by(text)).collect();
        match *meant {
            [] => {}
            [name] => return Ok((*name).clone()),
            _ => {
                let meant: Vec<String> = meant.iter().map(|name| format!("`{name}`")).collect();
                return Err(SessionError::AmbiguousEvent { event: text.to_owned(), meant: meant.join(" or ") });
            }
        }
        let unknown = |help: String| SessionError::UnknownEvent { event: text.to_owned(), help };
        let name = EventName::from_text(text).map_err(|error| unknown(error.to_string()))?;
        let is_used = !name.is_builtin() && has_use_of(definition, &name, String::new).is_ok();
        if is_used {
            return Ok(name);
        }
        let known: Vec<String> = known.into_iter().map(ToString::to_string).collect();
        let help = did_you_mean(&name.to_string(), known.iter().map(String::as_str));
        Err(unknown(help.unwrap_or_else(|| "it takes none from outside".to_owned())))
    }
}
