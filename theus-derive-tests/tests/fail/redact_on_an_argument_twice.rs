use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Till {
    #[context(redact)]
    card: String,
}

#[process(outputs = [domain.card])]
fn pay(ctx: Ctx<Till>, #[redact] #[redact] card: String) {
    ctx.domain.card.set(card);
}

fn main() {}
