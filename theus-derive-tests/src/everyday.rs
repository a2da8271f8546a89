//! Signatures and bodies as people write them: odd names, generics, closures, macros, modules.
#![allow(missing_docs, reason = "programs that nobody runs")]
#![allow(
    clippy::items_after_statements,
    clippy::missing_errors_doc,
    clippy::must_use_candidate,
    clippy::question_mark,
    clippy::manual_let_else,
    clippy::needless_pass_by_value,
    clippy::similar_names,
    clippy::many_single_char_names,
    clippy::too_many_arguments,
    clippy::needless_return,
    clippy::cast_possible_wrap,
    clippy::match_same_arms,
    clippy::drop_non_drop,
    clippy::unused_async,
    reason = "what these bodies themselves would be told"
)]
use std::collections::BTreeMap;
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
pub struct Bank {
    pub total: i64,
    pub data: i64,
    pub get: i64,
    pub set: i64,
    pub new: i64,
    pub self_: i64,
    pub r#type: i64,
    pub names: Vec<String>,
    pub order: i64,
    pub work: i64,
    pub pin: i64,
    pub value: i64,
    pub sig_large: bool,
    pub opt: Option<String>,
    pub map: BTreeMap<String, i64>,
    pub commit: i64,
    pub clear: i64,
    pub fields: i64,
    pub version: i64,
    pub share: i64,
    pub blank: i64,
    pub inspect: i64,
    pub path: i64,
    pub serializer: i64,
    pub draft: i64,
}

#[derive(Debug, thiserror::Error)]
#[error("no")]
pub struct No;

#[process(inputs = [domain.data, domain.get, domain.set, domain.new, domain.self_, domain.r#type], outputs = [domain.data, domain.set, domain.get])]
pub fn odd_names(ctx: Ctx<Bank>) -> i64 {
    *ctx.domain.data += 1;
    ctx.domain.set.set(3);
    *ctx.domain.get += *ctx.domain.set;
    *ctx.domain.new + *ctx.domain.self_ + *ctx.domain.r#type + *ctx.domain.data
}
#[process(inputs = [domain.fields, domain.version, domain.share, domain.path, domain.order, domain.work, domain.pin, domain.commit, domain.clear], outputs = [domain.draft, domain.blank, domain.inspect, domain.serializer, domain.work])]
pub fn more_names(
    ctx: Ctx<Bank>,
    work: i64,
    base: i64,
    fields: i64,
    scope: i64,
    order: i64,
    raised: i64,
    f: i64,
    workspace: i64,
    read: i64,
    values: i64,
) -> i64 {
    ctx.domain.draft.set(work + base + fields + scope + order + raised + f + workspace + read + values);
    ctx.domain.blank.set(1);
    ctx.domain.inspect.set(2);
    ctx.domain.serializer.set(3);
    *ctx.domain.work += 1;
    *ctx.domain.fields
        + *ctx.domain.version
        + *ctx.domain.share
        + *ctx.domain.path
        + *ctx.domain.order
        + *ctx.domain.pin
        + *ctx.domain.commit
        + *ctx.domain.clear
}
#[process(outputs = [domain.total])]
pub fn generic<T: Copy, const N: usize>(ctx: Ctx<Bank>, things: [T; N]) -> usize
where
    T: Into<i64>,
    [T; N]: Default + serde::Serialize + serde::de::DeserializeOwned,
{
    ctx.domain.total.set(things.iter().map(|t| (*t).into()).sum());
    N
}
#[process(inputs = [domain.total], outputs = [domain.total, domain.names], errors = [No])]
pub fn closures(ctx: Ctx<Bank>, mut x: u32) -> Result<i64, No> {
    x += 1;
    let mut add = |n: i64| {
        *ctx.domain.total += n;
    };
    add(1);
    add(i64::from(x));
    let check = |n: i64| -> Result<i64, No> {
        if n < 0 {
            return Err(No);
        }
        Ok(n)
    };
    let n = check(*ctx.domain.total)?;
    let all: Result<Vec<i64>, No> = (0..3).map(|i| Ok(check(i)? + n)).collect();
    let all = all?;
    ctx.domain.names.set(vec![format!("{}", *ctx.domain.total), format!("{total}", total = *ctx.domain.total)]);
    assert!(*ctx.domain.total > -1000, "total {}", *ctx.domain.total);
    assert_eq!(all.len(), 3);
    Ok(all.iter().sum())
}
#[process(inputs = [domain.opt, domain.map, domain.total])]
pub fn matching(ctx: Ctx<Bank>) -> usize {
    let n = match &*ctx.domain.opt {
        Some(text) if text.len() > 3 => text.len(),
        Some(_) => 1,
        None => 0,
    };
    let m = match *ctx.domain.total {
        0 => 1,
        1..=5 => 2,
        _ => 3,
    };
    let q = if let Some(text) = ctx.domain.opt.as_ref() { text.len() } else { 0 };
    let Some(first) = ctx.domain.map.get("a") else { return n };
    let b = matches!(*ctx.domain.total, 1 | 2);
    fn helper(a: usize) -> usize {
        a + 1
    }
    struct Local {
        a: usize,
    }
    const K: usize = 4;
    let l = Local { a: K };
    helper(n) + m + q + usize::from(b) + l.a + usize::try_from(*first).unwrap_or(0)
}
#[process(inputs = [domain.total])]
pub fn shadowed(ctx: Ctx<Bank>) -> i64 {
    let ctx = *ctx.domain.total;
    ctx + 1
}
#[process(inputs = [domain.total])]
pub fn r#loop(ctx: Ctx<Bank>, r#type: i64) -> i64 {
    *ctx.domain.total + r#type
}
pub mod a {
    use super::{Bank, Ctx, process};
    #[process(inputs = [domain.total])]
    pub(crate) fn step(ctx: Ctx<Bank>) -> i64 {
        *ctx.domain.total
    }
    pub mod b {
        use crate::everyday::{Bank, Ctx, process};
        #[process(inputs = [domain.total])]
        pub(super) fn step(ctx: Ctx<Bank>) -> i64 {
            *ctx.domain.total
        }
        pub fn call() -> impl Sized {
            (Step {}, super::Step {})
        }
    }
}
pub fn inside() -> Result<i64, Box<dyn std::error::Error>> {
    #[derive(Clone, Default, Context)]
    struct Inner {
        a: i64,
    }
    #[process(inputs = [domain.a])]
    fn look(ctx: Ctx<Inner>) -> i64 {
        *ctx.domain.a
    }
    let engine = Engine::builder(Inner::default()).process::<Look>().build()?;
    Ok(engine.run(Look {})?)
}
macro_rules! adders { ($($name:ident $field:ident $by:expr),*) => { $(
    /// Adds.
    #[process(inputs = [domain.$field], outputs = [domain.$field])]
    pub fn $name(ctx: Ctx<Bank>, n: i64) -> i64 { *ctx.domain.$field += n + $by; *ctx.domain.$field }
)* } }
adders!(add_one total 1, add_two data 2);
macro_rules! whole {
    ($name:ident, $arg:ident : $ty:ty, $ret:ty) => {
        #[process(inputs = [domain.total])]
        pub fn $name(ctx: Ctx<Bank>, $arg: $ty) -> $ret {
            drop($arg);
            *ctx.domain.total
        }
    };
}
whole!(whole_one, text: String, i64);
/// See [`Bank`], [`Bank::total`] and [`AddOne`].
#[process(inputs = [domain.total])]
#[must_use = "it is a command"]
#[inline]
#[allow(clippy::let_and_return)]
pub fn attributes(ctx: Ctx<Bank>) -> i64 {
    let x = *ctx.domain.total;
    x
}
#[process(inputs = [domain.total], outputs = [domain.data])]
pub async fn asy(ctx: Ctx<Bank>, text: String) -> usize {
    let n = async { *ctx.domain.total + 1 }.await;
    let m = async move { text.len() }.await;
    ctx.domain.data.set(n);
    m
}
#[process(inputs = [domain.total])]
pub fn trailing(ctx: Ctx<Bank>) -> i64 {
    return *ctx.domain.total;
}
#[process()]
pub fn nothing(_ctx: Ctx<Bank>) {}
#[process]
pub fn nothing2(_: Ctx<Bank>) {}
#[process(outputs = [domain.total])]
pub fn tuple_arg(ctx: Ctx<Bank>, both: (u8, u8), arr: [i64; 3], o: Option<Vec<String>>) {
    ctx.domain.total.set(i64::from(both.0) + arr[0] + o.map_or(0, |v| v.len() as i64));
}
#[process(inputs = [domain.total], errors = [No])]
pub fn unit_result(ctx: Ctx<Bank>) -> Result<(), No> {
    (*ctx.domain.total > 0).then_some(()).ok_or(No)
}
#[process(inputs = [domain.total])]
pub fn diverges(ctx: Ctx<Bank>) -> i64 {
    if *ctx.domain.total > 0 { unreachable!("{}", 1) } else { 0 }
}

#[process(inputs = [domain.total])]
pub fn underscored(ctx: Ctx<Bank>, _by: i64, _names: Vec<String>) -> i64 {
    *ctx.domain.total
}
