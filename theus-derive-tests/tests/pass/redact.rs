use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Owner {
    name: String,
}

#[derive(Clone, Default, Context)]
struct Till<T: Clone + Default + Send + Sync + 'static> {
    #[context(redact)]
    card: String,
    #[context(nested, redact)]
    owner: Owner,
    #[context(redact)]
    #[zone(signal)]
    paid: Option<String>,
    kind: T,
}

#[process(outputs = [domain.card, domain.owner.name])]
fn pay(
    ctx: Ctx<Till<u8>>,
    /// As the terminal reads it.
    #[redact]
    card: String,
    owner: String,
) {
    ctx.domain.card.set(card);
    ctx.domain.owner.name.set(owner);
}

fn main() {
    let pay = Pay { card: "4111".to_owned(), owner: "Ada".to_owned() };
    assert_eq!(format!("{pay:?}"), "Pay { card: (redacted), owner: \"Ada\" }");
    let marks: Vec<bool> = Pay::CONTRACT.arguments.iter().map(|argument| argument.redact).collect();
    assert_eq!(marks, [true, false]);
    let schema = Till::<u8>::schema();
    assert!(schema.redacts(["owner", "name"]) && schema.redacts(["paid"]) && !schema.redacts(["kind"]));
}
