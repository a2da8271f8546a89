//! What the macros write, as a user sees it with `cargo expand`.

use proc_macro2::TokenStream;

fn tokens_of(source: &str) -> TokenStream {
    source.parse().unwrap()
}

fn pretty(expanded: TokenStream) -> String {
    prettyplease::unparse(&syn::parse2(expanded).unwrap())
}

/// What `#[process(attribute)]` makes of a function.
fn process(attribute: &str, function: &str) -> String {
    pretty(crate::process::process(tokens_of(attribute), tokens_of(function)))
}

/// What `#[derive(Context)]` adds to a struct.
fn context(source: &str) -> String {
    pretty(crate::context::derive(tokens_of(source)))
}

/// What `#[derive(Inspect)]` adds to a type.
fn inspect(source: &str) -> String {
    pretty(crate::inspect::derive(tokens_of(source)))
}

/// What `#[effect]` makes of a trait, or of an `impl` of one.
fn effect(source: &str) -> String {
    pretty(crate::effect::effect(TokenStream::new(), tokens_of(source)))
}

/// What an item says of itself to `files!`.
fn answer() -> String {
    let item: syn::ItemStruct = syn::parse_str("pub struct Page<T> { of: Vec<T> }").unwrap();
    let asked = crate::answer::Asked { cfgs: &[], vis: &item.vis, ident: &item.ident, generics: &item.generics };
    pretty(asked.written("record", &quote::quote!({ ("of" [Vec<T>] "Vec<T>") } {})))
}

/// One snapshot: its name, and what is written for what.
macro_rules! snapshots {
    ($($name:ident: $expanded:expr;)*) => {$(
        #[test]
        fn $name() {
            insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
                insta::assert_snapshot!(stringify!($name), $expanded);
            });
        }
    )*};
}

snapshots! {
    answer_of_a_struct: answer();
    process_without_anything: process("", "fn idle(_: Ctx<Nothing>) {}");
    process_with_an_input: process("inputs = [domain.total]", "fn report(ctx: Ctx<Bank>) -> i64 { *ctx.domain.total }");
    process_with_an_output: process(
        "outputs = [domain.total]",
        "/// Settles.\n pub fn settle(ctx: Ctx<Bank>, to: i64) { ctx.domain.total.set(to); }",
    );
    process_with_an_update: process(
        "inputs = [domain.total], outputs = [domain.total]",
        "pub(crate) fn add(ctx: Ctx<Bank>, mut amount: i64) { amount *= 2; *ctx.domain.total += amount; }",
    );
    process_with_a_global: process(
        "inputs = [global.most], outputs = [domain.total]",
        "fn fill_up(ctx: App) { let most = *ctx.global.most; ctx.domain.total.set(most); }",
    );
    process_with_zones: process(
        "inputs = [signal(domain.sig_fraud), meta(domain.meta_runs)], outputs = [domain.sig_fraud]",
        "fn watch(ctx: Ctx<Bank>) -> u64 { ctx.domain.sig_fraud.set(false); *ctx.domain.meta_runs }",
    );
    process_with_nested_paths: process(
        "inputs = [domain.machine.sensor.reading, domain.machine.speed], outputs = [domain.machine.speed]",
        "fn regulate(ctx: Ctx<Plant>) { if *ctx.domain.machine.sensor.reading > 80.0 { *ctx.domain.machine.speed /= 2.0; } }",
    );
    process_with_local_scratch: process(
        "inputs = [domain.total], local = Scratch",
        "fn add_up(ctx: Ctx<Bank>) { ctx.local.sum += *ctx.domain.total; }",
    );
    process_with_effects: process(
        "outputs = [domain.total], effects = [clock, log]",
        "fn stamp(ctx: Ctx<Bank, Limits, Ports>) { (ctx.effects.log)(\"x\"); ctx.domain.total.set((ctx.effects.clock)()); }",
    );
    process_with_a_key: process(
        "outputs = [domain.total], effects = [gateway]",
        "fn pay(ctx: Ctx<Bank, Limits, Ports>) { let key = ctx.effects.key(); ctx.domain.total.set(ctx.effects.gateway.charge(key)); }",
    );
    effect_of_a_trait: effect(
        "/// What is asked.\n pub trait Gateway { /// Charges.\n fn charge(&self, card: &str, amount: i64) -> Result<Receipt, Declined>; async fn look_up(&self, name: &str) -> u64; }",
    );
    effect_of_an_impl: effect("impl Gateway for World { async fn look_up(&self, name: &str) -> u64 { name.len() as u64 } }");
    process_with_messages: process(
        "inputs = [domain.total], messages = [Receipt, mail::Alarm]",
        "fn tell(ctx: Ctx<Bank>) { ctx.send(Receipt { total: *ctx.domain.total }); }",
    );
    process_with_an_error: process(
        "inputs = [domain.total], errors = [NotEnough]",
        "fn check(ctx: Ctx<Bank>) -> Result<(), NotEnough> { if *ctx.domain.total < 0 { return Err(NotEnough); } Ok(()) }",
    );
    process_with_several_errors: process(
        "inputs = [domain.total], errors = [NotEnough, bank::UnknownAccount]",
        "fn check(ctx: Ctx<Bank>) -> Result<(), CheckError> { if *ctx.domain.total < 0 { Err(NotEnough)?; } Ok(()) }",
    );
    process_that_is_async: process(
        "inputs = [domain.total], outputs = [domain.total]",
        "async fn double(ctx: Ctx<Bank>) { let total = *ctx.domain.total; pause().await; *ctx.domain.total = total * 2; }",
    );
    process_that_blocks: process(
        "inputs = [domain.total], outputs = [domain.total], effects = [clock], blocking",
        "fn double(ctx: Ctx<Bank, Limits, Ports>) { *ctx.domain.total = (ctx.effects.clock)() * 2; }",
    );
    process_that_is_generic: process(
        "outputs = [domain.total]",
        "fn total_of<T>(ctx: Ctx<Bank>, things: Vec<T>) where T: Copy + Into<i64> { ctx.domain.total.set(things.iter().map(|thing| (*thing).into()).sum()); }",
    );
    process_with_a_parameter_of_its_context: process(
        "inputs = [domain.total], effects = [printer]",
        "/// Shows it.\n fn show<P: Printer>(ctx: Ctx<Bank, (), Ports<P>>) { ctx.effects.printer.print(*ctx.domain.total); }",
    );
    process_with_arguments_and_a_parameter_of_its_context: process(
        "inputs = [domain.total], effects = [printer]",
        "fn show<P: Printer>(ctx: App<P>, line: String, to: i64) { ctx.effects.printer.print(line, *ctx.domain.total, to); }",
    );
    process_with_attributes: process(
        "crate = engine_room, inputs = [domain.r#type]",
        "/// Documented.\n #[cfg(unix)] #[must_use] #[inline] #[allow(clippy::needless_return)] fn r#match(ctx: Ctx<Odd>) -> i64 { return *ctx.domain.r#type; }",
    );
    process_with_an_argument_with_a_unit: process(
        "outputs = [domain.chamber]",
        "fn heat(ctx: Ctx<Oven>, #[unit = \"degF\"] to: f64) { ctx.domain.chamber.set(to); }",
    );
    process_after_a_mistake: process("inputs = [domian.total]", "fn report(ctx: Ctx<Bank>, to: i64) -> i64 { *ctx.domain.total }");
    context_with_zones: context(
        "pub struct Bank { /// The total.\n pub total: i64, names: Vec<String>, pub(crate) sig_fraud: bool, #[zone(meta)] note: String }",
    );
    context_that_is_nested: context("#[context(version = 2)] pub struct Plant { pub pieces: u64, #[context(nested)] pub machine: Machine }");
    context_that_is_generic: context("struct Shelf<T: Default = String> where T: PartialEq { things: Vec<T>, looks: u64 }");
    context_without_fields: context("struct Nothing {}");
    context_with_a_unit: context("struct Oven { #[context(unit = \"degF\")] chamber: f64, doors: u8 }");
    context_with_a_method: context(
        "#[inspect(methods(surplus -> i64))] struct Books { assets: i64, #[inspect(with = Shown)] debts: Debts }",
    );
    inspect_of_a_struct: inspect("#[inspect(methods(label -> &str))] struct Motor { speed: f64, #[inspect(with = Shown)] name: Name }");
    inspect_of_a_newtype: inspect("struct Money(i64);");
    inspect_of_a_newtype_with_a_unit: inspect("struct Celsius(#[inspect(unit = \"degC\")] f64);");
    inspect_of_a_struct_with_a_unit: inspect("struct Probe { #[inspect(unit = \"mV\")] value: f32, index: u8 }");
    inspect_of_an_enum: inspect("enum Mode { Idle, Running { speed: f64 }, Failed(String, u32) }");
}
