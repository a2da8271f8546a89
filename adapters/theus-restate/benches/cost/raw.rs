//! An object that is written for Restate by hand.

use restate_sdk::prelude::*;

pub struct Raw;

#[restate_sdk::object(name = "Raw")]
impl Raw {
    #[handler]
    async fn add(&self, ctx: ObjectContext<'_>, by: u64) -> HandlerResult<u64> {
        let count = ctx.get::<u64>("count").await?.unwrap_or_default() + by;
        ctx.set("count", count);
        Ok(count)
    }

    /// The same, where the value comes out of a journaled step.
    #[handler]
    async fn add_in_step(&self, ctx: ObjectContext<'_>, by: u64) -> HandlerResult<u64> {
        let count = ctx.get::<u64>("count").await?.unwrap_or_default();
        let count = ctx.run(|| async move { Ok(count + by) }).name("step").await?;
        ctx.set("count", count);
        Ok(count)
    }
}
