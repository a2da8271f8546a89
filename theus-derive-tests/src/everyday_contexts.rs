//! Contexts as people write them: generic over contexts, renamed by serde, wide, deep, under `cfg`.
#![allow(missing_docs, reason = "programs that nobody runs")]
#![allow(
    non_snake_case,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::struct_field_names,
    clippy::too_many_arguments,
    clippy::many_single_char_names,
    clippy::print_stdout,
    clippy::needless_pass_by_value,
    reason = "what these bodies themselves would be told"
)]
use theus_core::prelude::*;
#[derive(Clone, Default, Context)]
pub struct Nest<T: Context + Clone + Default> {
    pub count: u64,
    #[context(nested)]
    pub inner: T,
    #[cfg(not(unix))]
    pub gone: i64,
    #[cfg(unix)]
    pub here: i64,
}
#[derive(Clone, Default, Context)]
pub struct In {
    pub a: i64,
    pub sig_b: Option<String>,
}
#[process(inputs = [domain.inner.a, domain.here], outputs = [domain.count, domain.inner.sig_b])]
pub fn go(ctx: Ctx<Nest<In>>) {
    ctx.domain.inner.sig_b.set(Some(String::new()));
    ctx.domain.count.set(*ctx.domain.inner.a as u64 + *ctx.domain.here as u64);
}
#[derive(Clone, Default, Context, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Renamed {
    #[serde(rename = "x-y")]
    pub some_field: i64,
    #[serde(skip)]
    pub other: String,
}
#[process(inputs = [domain.some_field])]
pub fn see_renamed(ctx: Ctx<Renamed>) -> i64 {
    *ctx.domain.some_field
}
#[derive(Clone, Default, Context)]
pub struct Gen<T, const N: usize>
where
    T: Clone + Default + Send + Sync + 'static,
    [T; N]: Default,
{
    pub things: Vec<T>,
    pub arr: [T; N],
    pub n: i64,
}
#[process(inputs = [domain.things, domain.arr], outputs = [domain.n])]
pub fn gen_len(ctx: Ctx<Gen<u8, 4>>) {
    let n = ctx.domain.things.len() + ctx.domain.arr.len();
    ctx.domain.n.set(n as i64);
}
#[derive(Clone, Default, Context)]
#[allow(clippy::struct_excessive_bools)]
pub struct Forty {
    a0: i64,
    a1: bool,
    a2: String,
    a3: Vec<u8>,
    a4: i64,
    a5: i64,
    a6: i64,
    a7: i64,
    a8: i64,
    a9: i64,
    a10: Option<i64>,
    a11: i64,
    a12: i64,
    a13: i64,
    a14: i64,
    a15: i64,
    a16: i64,
    a17: i64,
    a18: i64,
    a19: i64,
    a20: i64,
    a21: i64,
    a22: i64,
    a23: i64,
    a24: i64,
    a25: i64,
    a26: i64,
    a27: i64,
    a28: i64,
    a29: i64,
    a30: i64,
    a31: i64,
    a32: i64,
    a33: i64,
    a34: i64,
    a35: i64,
    a36: i64,
    a37: i64,
    a38: i64,
    a39: i64,
}
#[process(inputs = [domain.a0, domain.a1, domain.a2, domain.a3, domain.a4, domain.a5, domain.a6, domain.a7, domain.a8, domain.a9, domain.a10, domain.a11, domain.a12, domain.a13, domain.a14], outputs = [domain.a39, domain.a38, domain.a37, domain.a36, domain.a35, domain.a34])]
// Not used in the body: what counts here is how many there are.
#[allow(deprecated)]
pub fn see_forty(
    ctx: Ctx<Forty>,
    a: i64,
    b: i64,
    c: i64,
    d: i64,
    e: i64,
    g: i64,
    h: i64,
    i: i64,
    j: i64,
    k: i64,
    l: i64,
    m: i64,
    n: i64,
    o: i64,
) {
    ctx.domain.a39.set(a + b + c + d + e + g + h + i + j + k + l + m + n + o + *ctx.domain.a0);
    let _ = (&*ctx.domain.a1, &ctx.domain.a14);
}
#[process(inputs = [domain.a])]
#[cfg(unix)]
pub fn cfgd(ctx: Ctx<In>) -> i64 {
    *ctx.domain.a
}
#[cfg(not(unix))]
#[process(inputs = [domain.nope])]
pub fn cfgd(ctx: Ctx<In>) -> i64 {
    *ctx.domain.nope
}
#[deprecated(note = "old")]
#[process(inputs = [domain.a])]
pub fn old(ctx: Ctx<In>) -> i64 {
    *ctx.domain.a
}
#[process(inputs = [domain.a])]
#[deprecated]
pub fn old2(ctx: Ctx<In>, by: i64) -> i64 {
    *ctx.domain.a + by
}
pub struct Ports {
    pub clock: Box<dyn Fn() -> i64 + Send + Sync>,
    pub log: fn(&str),
}
pub type App = Ctx<In, Renamed, Ports>;
#[process(inputs = [global.some_field], outputs = [domain.a], effects = [clock, log], local = Scratch)]
pub fn full(context: App, text: String) -> i64 {
    (context.effects.log)(&text);
    let n = (context.effects.clock)();
    context.local.sum += n;
    context.domain.a.set(context.local.sum + *context.global.some_field);
    println!("{text}");
    n
}
#[derive(Default, Clone, Context)]
pub struct Scratch {
    sum: i64,
}
#[process(inputs = [domain.a], command = Look)]
pub fn send(ctx: Ctx<In>) -> i64 {
    *ctx.domain.a
}
#[process(inputs = [domain.a])]
pub fn traced(ctx: Ctx<In>, n: i64) -> i64 {
    *ctx.domain.a + n
}

#[derive(Clone, Default, Context)]
pub struct Deep {
    #[context(nested)]
    pub a: DeepA,
    #[context(nested)]
    pub a_b: DeepB,
    pub x_y: i64,
    pub x__y: i64,
}
#[derive(Clone, Default, Context)]
pub struct DeepA {
    #[context(nested)]
    pub b: DeepB,
}
#[derive(Clone, Default, Context)]
pub struct DeepB {
    pub n: i64,
}
#[process(inputs = [domain.a.b.n, domain.a_b.n, domain.x_y, domain.x__y])]
pub fn sum_deep(ctx: Ctx<Deep>) -> i64 {
    *ctx.domain.a.b.n + *ctx.domain.a_b.n + *ctx.domain.x_y + *ctx.domain.x__y
}
