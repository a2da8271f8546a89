//! What the readers of a body find, and what they leave alone.

use proc_macro2::TokenStream;

/// The messages of the errors that `#[process(attribute)]` gives on a function with this body.
fn refusals(attribute: &str, body: &str) -> Vec<String> {
    let attribute: TokenStream = attribute.parse().unwrap();
    let function: TokenStream =
        format!("fn step(ctx: Ctx<Bank, Limits, Ports>, by: i64) {{ {body} }}").parse().unwrap();
    let expanded: syn::File = syn::parse2(super::process(attribute, function)).unwrap();
    expanded
        .items
        .iter()
        .filter_map(|item| match item {
            syn::Item::Macro(item) => syn::parse2::<syn::LitStr>(item.mac.tokens.clone()).ok(),
            _ => None,
        })
        .map(|message| message.value())
        .collect()
}

const READS: &str = "inputs = [global.most, domain.total, domain.user.name], outputs = [domain.total, domain.last]";

#[track_caller]
fn accepted(body: &str) {
    assert_eq!(refusals(READS, body), Vec::<String>::new(), "{body}");
}

#[track_caller]
fn refused(body: &str, start: &str) {
    let found = refusals(READS, body);
    assert!(found.len() == 1 && found[0].starts_with(start), "{body}: {found:?}");
}

#[test]
fn what_is_declared_is_used_freely() {
    accepted("let most = *ctx.global.most; *ctx.domain.total += most; ctx.domain.last.set(by);");
    accepted("if *ctx.domain.total == by || *ctx.domain.total <= *ctx.global.most { ctx.domain.total.set(0) }");
    accepted("let text = format!(\"{}\", *ctx.domain.user.name); drop(text);");
    accepted("match *ctx.domain.total { total => drop(total) }");
}

#[test]
fn an_output_is_written_and_not_read() {
    refused("let last = *ctx.domain.last;", "`domain.last` is an output and cannot be read");
    refused("ctx.domain.last.max(1);", "`domain.last` is an output and cannot be read");
    refused("*ctx.domain.last += 1;", "`domain.last` is an output and cannot be read");
    refused("*ctx.domain.last = 1;", "`domain.last` is write-only: write it with `.set(value)`");
    accepted("let last = &mut ctx.domain.last; last.set(1);");
}

#[test]
fn an_input_is_read_and_not_written() {
    refused("*ctx.domain.user.name = String::new();", "`domain.user.name` is an input and cannot be written");
    refused("*ctx.global.most <<= 1;", "`global.most` is an input and cannot be written: `global` is read-only");
}

#[test]
fn what_is_not_declared_is_told_with_the_list_it_belongs_in() {
    refused("ctx.domain.seen.set(1);", "`domain.seen` is written but not declared: list it under `outputs`");
    refused("*ctx.domain.seen = 1;", "`domain.seen` is written but not declared");
    refused("vec![*ctx.domain.seen];", "`domain.seen` is used but not declared");
    refused("ctx.domain.user.nmae.len();", "`domain.user.nmae` is used but not declared");
    refused("ctx.domian.total;", "a context has the layers");
    refused("ctx.effects.clock.now();", "the effect `clock` is not declared: write `effects = [clock]`");
}

#[test]
fn a_name_that_means_something_else_is_left_to_the_guard() {
    accepted("let ctx = Other; drop(ctx.domain.seen);");
    accepted("list.iter().map(|ctx| ctx.domain.seen);");
    accepted("fn inner(ctx: &Bank) -> i64 { ctx.seen } inner(&bank());");
    accepted("for ctx in all { ctx.seen(); } if let Some(ctx) = one { ctx.seen(); }");
    accepted("other.ctx.domain.seen;");
}

#[test]
fn doors_are_known_by_the_end_of_their_paths() {
    refused("Instant::now();", "`Instant::now` reaches the clock");
    refused("std::time::SystemTime::now();", "`std::time::SystemTime::now` reaches the clock");
    refused("let read = std::fs::read;", "`std::fs::read` reaches the file system");
    refused("list.iter().for_each(|_| eprintln!());", "`eprintln!` reaches the terminal");
    refused("fastrand::u8(..);", "`fastrand::u8` reaches chance");
    accepted("let fs = 1; drop(fs); thing.env().process(); Local::new(); clock::now(); now(); thread_rng;");
    accepted("let message = \"println! std::fs::read\"; drop(message);");
}

#[test]
fn a_process_with_effects_may_open_doors() {
    let body = "println!(); std::fs::read(\"x\");";
    assert_eq!(refusals("effects = [log]", body), Vec::<String>::new());
    assert_eq!(refusals("", body).len(), 2);
}

#[test]
fn no_body_keeps_anything_outside_its_context() {
    refused("static mut SEEN: u8 = 0;", "a process keeps nothing outside its context");
    refused("static SEEN: std::sync::Mutex<u8> = make();", "a process keeps nothing outside its context");
    refused("thread_local! { static SEEN: u8 = 0; }", "a process keeps nothing outside its context");
    refused("unsafe { drop(by) }", "a process has no `unsafe`");
    accepted("static NAMES: [&'static str; 1] = [\"a\"]; drop(NAMES);");
    assert_eq!(refusals("effects = [log]", "unsafe {}").len(), 1, "not with effects either");
}

#[test]
fn all_mistakes_of_a_contract_are_told_at_once() {
    let found = refusals("inputs = [domian.a, global, domain.b, domain.b], outputs = [global.c], errors = []", "");
    assert_eq!(found.len(), 5, "{found:?}");
}
