//! Names that could meet those of the generated code, and raw identifiers.

use theus_core::prelude::*;

/// Fields with the names of keywords and of what the generated code uses.
#[derive(Clone, Default, Context)]
pub struct Odd {
    /// A keyword.
    pub r#type: String,
    /// Another one, with a prefix.
    pub sig_match: bool,
    /// As the mirror's own functions.
    pub share: i64,
    /// As a parameter of the mirror's functions.
    pub path: i64,
    /// As a local of the generated code.
    pub work: i64,
    /// As the layer.
    pub domain: i64,
    /// As an option of the attribute.
    pub inputs: i64,
}

/// Handles with such names.
pub struct Tools {
    /// A keyword.
    pub r#move: fn(i64) -> i64,
    /// As the engine's parts.
    pub order: fn() -> i64,
}

/// A keyword as its name, as an argument and as a path.
#[process(inputs = [domain.r#type], outputs = [domain.r#type, domain.sig_match], effects = [r#move])]
pub fn r#match(ctx: Ctx<Odd, (), Tools>, r#ref: i64) -> i64 {
    ctx.domain.r#type.push('!');
    ctx.domain.sig_match.set(true);
    (ctx.effects.r#move)(r#ref)
}

/// Arguments with the names of what the generated code uses.
#[process(
    inputs = [domain.share, domain.path, domain.work, domain.domain, domain.inputs],
    outputs = [domain.share, domain.path, domain.work, domain.domain, domain.inputs],
    effects = [order],
)]
pub fn shadow(
    ctx: Ctx<Odd, (), Tools>,
    engine: i64,
    fields: i64,
    attempt: i64,
    scope: i64,
    order: i64,
    work: i64,
    base: i64,
    version: i64,
    raised: i64,
    returned: i64,
    index: i64,
    serializer: i64,
    field: i64,
    read: i64,
    source: i64,
) -> i64 {
    *ctx.domain.share = engine + fields + attempt + scope + order;
    *ctx.domain.path = work + base + version + raised + returned;
    *ctx.domain.work = index + serializer + field + read + source;
    *ctx.domain.domain += *ctx.domain.share + *ctx.domain.path + *ctx.domain.work;
    *ctx.domain.inputs = (ctx.effects.order)();
    *ctx.domain.domain + *ctx.domain.inputs
}

/// The context may have any name.
#[process(inputs = [domain.share], outputs = [domain.share])]
pub fn renamed_context(bank: Ctx<Odd, (), Tools>, ctx: i64) {
    *bank.domain.share += ctx;
}

/// The body may hide its own arguments and give names of its own.
#[process(inputs = [domain.share], outputs = [domain.path])]
pub fn hides(ctx: Ctx<Odd, (), Tools>, amount: i64) {
    let scope = amount * 2;
    let amount = scope + *ctx.domain.share;
    let domain = amount;
    ctx.domain.path.set(domain);
}
