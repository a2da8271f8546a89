//! What the readers of a body find, and what they leave alone.

mod signature;

use proc_macro2::TokenStream;

/// The messages of the errors that `#[process(attribute)]` gives on a function with this body.
fn refusals(attribute: &str, body: &str) -> Vec<String> {
    let attribute: TokenStream = attribute.parse().unwrap();
    let function: TokenStream =
        format!("fn step(ctx: Ctx<Bank, Limits, Ports>, by: i64) {{ {body} }}").parse().unwrap();
    messages(super::process(attribute, function))
}

fn messages(expanded: TokenStream) -> Vec<String> {
    let expanded: syn::File = syn::parse2(expanded).unwrap();
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
pub(super) fn accepted(body: &str) {
    assert_eq!(refusals(READS, body), Vec::<String>::new(), "{body}");
}

#[track_caller]
pub(super) fn refused(body: &str, start: &str) {
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
    for operator in ["+=", "-=", "*=", "/=", "%=", "^=", "&=", "|=", "<<=", ">>="] {
        refused(
            &format!("*ctx.domain.user.name {operator} 1;"),
            "`domain.user.name` is an input and cannot be written",
        );
        refused(&format!("*ctx.domain.last {operator} 1;"), "`domain.last` is an output and cannot be read");
    }
    accepted("let odd = *ctx.domain.user.name % 2 == 1;");
    refused("*ctx.global.most <<= 1;", "`global.most` is an input and cannot be written: `global` is read-only");
}

#[test]
fn what_is_not_declared_is_told_with_the_list_it_belongs_in() {
    refused("ctx.domain.seen.set(1);", "`domain.seen` is written but not declared: list it under `outputs`");
    refused("*ctx.domain.seen = 1;", "`domain.seen` is written but not declared");
    refused("vec![*ctx.domain.seen];", "`domain.seen` is used but not declared");
    refused("ctx.domain.user.nmae.parse::<u8>();", "`domain.user.nmae` is used but not declared");
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
fn doors_of_the_standard_library_are_known_by_paths_that_begin_with_it() {
    for (path, what) in [
        ("std::time::Instant::now()", "the clock"),
        ("std::time::SystemTime::now()", "the clock"),
        ("::std::fs::read(path)", "the file system"),
        ("std::r#fs::read(path)", "the file system"),
        ("std::path::Path::exists(path)", "the file system"),
        ("std::net::TcpStream::connect(path)", "the network"),
        ("std::net::ToSocketAddrs::to_socket_addrs(path)", "the network"),
        ("std::env::var(path)", "the environment"),
        ("std::env::set_current_dir(path)", "the environment"),
        ("std::process::Command::new(path)", "the operating system's processes"),
        ("std::process::abort()", "the operating system's processes"),
        ("std::process::exit(1)", "the operating system's processes"),
        ("std::thread::spawn(path)", "threads"),
        ("std::thread::scope(path)", "threads"),
        ("std::thread::park_timeout(path)", "threads"),
        ("std::thread::Builder::new()", "threads"),
        ("std::io::stdin()", "the terminal"),
        ("std::hash::RandomState::new()", "chance"),
        ("std::collections::hash_map::RandomState::default()", "chance"),
    ] {
        refused(&format!("let seen = {path};"), &format!("`{}` reaches {what}", words(path)));
    }
    refused("let read = std::fs::read;", "`std::fs::read` reaches the file system");
    refused("use std::fs::read; read(path);", "`std::fs::read` reaches the file system");
    accepted("let address = std::net::Ipv4Addr::new(127, 0, 0, 1); let system = std::env::consts::OS;");
    accepted("let path = std::path::Path::new(name); let hour = std::time::Duration::from_secs(3600);");
}

/// The words of a path in front of its call.
fn words(path: &str) -> String {
    path.trim_start_matches("::").split('(').next().unwrap_or_default().replace("r#", "")
}

#[test]
fn doors_of_other_crates_are_known_by_their_names() {
    for (path, what) in [
        ("tokio::time::sleep(hour)", "the clock"),
        ("tokio::spawn(task)", "threads"),
        ("tokio::task::spawn_blocking(task)", "threads"),
        ("tokio::fs::read(path)", "the file system"),
        ("tokio::net::lookup_host(path)", "the network"),
        ("net::lookup_host(path)", "the network"),
        ("lookup_host(path)", "the network"),
        ("reqwest::get(path)", "the network"),
        ("chrono::Utc::now()", "the clock"),
        ("Utc::now()", "the clock"),
        ("rand::random()", "chance"),
        ("rand::thread_rng()", "chance"),
        ("thread_rng()", "chance"),
        ("fastrand::u8(..)", "chance"),
        ("uuid::Uuid::new_v4()", "chance"),
        ("Uuid::new_v4()", "chance"),
    ] {
        refused(&format!("let seen = {path};"), &format!("`{}` reaches {what}", words(path)));
    }
    refused("list.iter().for_each(|_| eprintln!());", "`eprintln!` reaches the terminal");
    accepted("sim::Utc::now(); model::rand::random(); world::tokio::time::sleep(hour);");
    accepted("let fs = 1; drop(fs); thing.env().process(); Local::new(); thread_rng;");
    accepted("let message = \"println! std::fs::read\"; drop(message);");
}

/// What a body is written out as.
pub(super) fn written(attribute: &str, body: &str) -> String {
    let function: TokenStream = format!("fn step(ctx: Ctx<Bank, (), Ports>, by: i64) {{ {body} }}").parse().unwrap();
    super::process(attribute.parse().unwrap(), function).to_string().replace(' ', "")
}

#[test]
fn what_may_be_a_door_is_asked_of_rustc() {
    for (body, question) in [
        ("Instant::now();", "door(Instant::now,::std::time::Instant::now).clock()"),
        ("Instant::now();", "::std::time::SystemTime::now).clock()"),
        ("read(\"x\");", "door_of_one(read,::std::fs::read).files()"),
        ("r#read(\"x\");", "door_of_one(r#read,::std::fs::read).files()"),
        ("model::fs::write(a, b);", "door_of_two(model::fs::write,::std::fs::write).files()"),
        ("Command::new(a);", "door_of_one(Command::new,::std::process::Command::new).system()"),
        ("RandomState::new();", "::std::hash::RandomState::new).random()"),
        ("thread::spawn(a);", "door_of_closure(thread::spawn,::std::thread::spawn).workers()"),
        ("a.map(thread::park);", "door(thread::park,::std::thread::park).workers()"),
        ("format!(\"{}\", id());", "door(id,::std::process::id).system()"),
        ("a.map(park);", "a.map((__theus::door(park,::std::thread::park).workers()))"),
        ("take(park);", "take((__theus::door(park,"),
        ("const NOW: fn() -> A = Instant::now;", "const_:fn()=||{let_:fn()->A="),
        ("static NOW: fn() -> A = park;", "let_:fn()->A=(__theus::door(park,"),
        ("let now = const { Instant::now };", "letnow=(iffalse{"),
        ("impl A { fn inner() { abort(); } }", "door(abort,::std::process::abort).system()"),
        ("fn inner() { abort(); }", "door(abort,::std::process::abort).system()"),
        ("path.exists();", "__theus::Receiver(&path).files()"),
        ("made().elapsed();", "__theus::Receiver(made()).clock()"),
        ("\"a:1\".to_socket_addrs();", "__theus::Receiver(\"a:1\").network()"),
    ] {
        // The door stands in a block of its own, where clippy does not take it for a call.
        let quiet = "{#[allow(clippy::disallowed_methods)]letdoor=";
        let asked = written("", body);
        assert!(asked.replace(quiet, "").replace(";door}", "").contains(question), "{body}: {asked}");
        assert_eq!(asked.matches("__theus::door").count(), asked.matches(quiet).count(), "{body}: {asked}");
        assert!(!written("effects = [log]", body).contains("__theus::door"), "with effects nothing is asked: {body}");
    }
}

#[test]
fn what_is_no_function_of_a_module_is_not_asked() {
    for body in [
        "let read = |path| path; read(1);",
        "Vec::new(); String::new(); std::sync::Arc::new(1);",
        "[0; sizes::id()];",
        "other!(read(1));",
        "list.read(); list.now();",
        "let now = 1; drop(&now);",
    ] {
        assert!(!written("", body).contains("__theus::door"), "{body}: {}", written("", body));
    }
}

#[test]
fn a_process_with_effects_may_open_doors() {
    let body = "println!(); std::fs::read(\"x\");";
    assert_eq!(refusals("effects = [log]", body), Vec::<String>::new());
    assert_eq!(refusals("", body).len(), 2);
}

#[test]
fn no_body_keeps_anything_outside_its_context() {
    for ty in [
        "Once",
        "OnceLock<u8>",
        "LazyLock<u8>",
        "RwLock<u8>",
        "AtomicU8",
        "r#Mutex<u8>",
        "Condvar",
        "Barrier",
        "Cell<u8>",
        "RefCell<u8>",
        "UnsafeCell<u8>",
        "OnceCell<u8>",
        "LazyCell<u8>",
        "Lazy<u8>",
        "DashMap<u8, u8>",
        "ArcSwap<u8>",
    ] {
        refused(&format!("static SEEN: std::sync::{ty} = make();"), "a process keeps nothing outside its context");
    }
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

#[test]
fn the_context_is_not_passed_on_whole() {
    refused(
        "help(ctx);",
        "`ctx` cannot be passed on: its type is made for this process alone and has no name. Pass `help`",
    );
    refused("let most = bank::help(1, &mut ctx);", "`ctx` cannot be passed on");
    refused("if help(&ctx, by) { ctx.domain.last.set(1) }", "`ctx` cannot be passed on");
    accepted("help(&ctx.domain.total, &mut ctx.domain.last);");
    accepted("drop(ctx);");
    accepted("let seen = |ctx: &Other| ctx.seen(); help(ctx);");
    accepted("other.help(ctx.domain.total); (help)(ctx);");
    accepted("drop(list[ctx]); help(ctx + 1);");
    accepted("help(1 + ctx);");
}

#[test]
fn a_word_that_is_nearly_an_option_is_one_mistake() {
    for (option, meant) in [
        ("input = [domain.total]", "inputs"),
        ("reads = [domain.total]", "inputs"),
        ("read = [domain.total]", "inputs"),
        ("params = [domain.total]", "inputs"),
        ("output = [domain.total]", "outputs"),
        ("writes = [domain.total]", "outputs"),
        ("write = [domain.total]", "outputs"),
        ("update = [domain.total]", "updates"),
        ("changes = [domain.total]", "updates"),
        ("returns = [domain.total]", "outputs"),
        ("effect = [log]", "effects"),
        ("side_effects = [log]", "effects"),
        ("ports = [log]", "effects"),
        ("error = [A]", "errors"),
        ("raises = [A]", "errors"),
        ("throws = [A]", "errors"),
        ("fails = [A]", "errors"),
        ("fails_with = [A]", "errors"),
        ("locals = A", "local"),
        ("scratch = A", "local"),
        ("name = A", "command"),
        ("rename = A", "command"),
        ("krate = a", "crate"),
    ] {
        let function: TokenStream = "fn step(ctx: Ctx<Bank>) -> Result<(), A> { Ok(()) }".parse().unwrap();
        let found = messages(super::process(option.parse().unwrap(), function));
        assert!(found.len() == 1 && found[0].contains(&format!("did you mean `{meant}`?")), "{option}: {found:?}");
    }
}

#[test]
fn an_error_that_can_be_any_is_refused_where_it_stands() {
    for (errors, returned) in [
        ("", "Box<dyn std::error::Error>"),
        ("errors = [Box<dyn Error>]", "Box<dyn Error>"),
        ("errors = [Box<dyn Error + Send + Sync>]", "Box<dyn Error + Send + Sync>"),
        ("errors = [anyhow::Error]", "anyhow::Error"),
        ("errors = [eyre::Report]", "eyre::Report"),
        ("errors = [NotEnough, Box<dyn Error>]", "StepError"),
        ("errors = [std::sync::Arc<dyn Error>]", "Arc<dyn Error>"),
        ("errors = [Rc<dyn Error>]", "Rc<dyn Error>"),
    ] {
        let function: TokenStream =
            format!("fn step(ctx: Ctx<Bank>) -> Result<(), {returned}> {{ Ok(()) }}").parse().unwrap();
        let found = messages(super::process(errors.parse().unwrap(), function));
        assert!(found.len() == 1 && found[0].contains("this type can hold any error"), "{errors}: {found:?}");
    }
    for named in ["Error", "Box<Error>", "Wrapped<dyn Error>"] {
        let function: TokenStream =
            format!("fn step(ctx: Ctx<Bank>) -> Result<(), {named}> {{ Ok(()) }}").parse().unwrap();
        let found = messages(super::process(format!("errors = [{named}]").parse().unwrap(), function));
        assert_eq!(found, Vec::<String>::new(), "{named}");
    }
}

#[test]
fn a_list_of_errors_that_is_not_sound_says_nothing_of_the_signature() {
    for (errors, start) in [
        ("Box<dyn Error>", "a process declares what it can fail with, and this type can hold any error"),
        ("(u8, u8)", "a declared error is a named type"),
        ("NotEnough, NotEnough", "the error `NotEnough` is listed twice"),
        ("bank::NotEnough, shop::NotEnough", "two declared errors are called `NotEnough`"),
    ] {
        let function: TokenStream = "fn step(ctx: Ctx<Bank>) -> Result<(), Another> { Ok(()) }".parse().unwrap();
        let found = messages(super::process(format!("errors = [{errors}]").parse().unwrap(), function));
        assert!(found.len() == 1 && found[0].starts_with(start), "{errors}: {found:?}");
    }
}

#[test]
fn what_it_updates_is_in_both_lists_once() {
    let made = |attribute: &str| {
        let function: TokenStream = "fn step(ctx: Ctx<Bank>) { *ctx.domain.total += 1; }".parse().unwrap();
        let made = super::process(attribute.parse().unwrap(), function).to_string();
        // With `files` each expansion has a number of its own besides.
        let contract = made.split("const CONTRACT").nth(1).and_then(|rest| rest.split("const BODY").next());
        contract.unwrap().to_owned()
    };
    let both = made("inputs = [domain.limit, domain.total], outputs = [domain.total]");
    assert_eq!(made("inputs = [domain.limit], updates = [domain.total]"), both);
    assert_eq!(made("updates = [domain.total], inputs = [domain.limit]"), both, "in whichever order they stand");
    for (attribute, start) in [
        (
            "updates = [domain.a], inputs = [domain.a]",
            "`domain.a` is under `updates`, which is both: remove it from `inputs`",
        ),
        (
            "updates = [domain.a], outputs = [domain.a]",
            "`domain.a` is under `updates`, which is both: remove it from `outputs`",
        ),
        ("updates = [signal(domain.sig_a)]", "`updates` is for data: list `domain.sig_a` under `outputs`"),
        ("changes = [domain.a]", "unknown option `changes`; did you mean `updates`?"),
        ("updates = domain.a", "`updates` is a list"),
    ] {
        let found = refusals(attribute, "todo!()");
        assert!(found.len() == 1 && found[0].starts_with(start), "{attribute}: {found:?}");
    }
}

#[test]
fn a_process_says_once_and_alone_that_it_blocks() {
    for attribute in ["blocking", "blocking,", "blocking, inputs = [domain.user]", "inputs = [domain.user], blocking"] {
        assert_eq!(refusals(attribute, "todo!()"), Vec::<String>::new(), "{attribute}");
    }
    for (attribute, start) in [
        ("blocking, blocking", "`blocking` is given twice"),
        ("blocking = true, inputs = [domain.user]", "`blocking` takes nothing"),
        ("blocking inputs = [domain.user]", "expected `,`"),
        ("blokcing", "unknown option `blokcing`; did you mean `blocking`?"),
        ("spawn_blocking", "unknown option `spawn_blocking`; did you mean `blocking`?"),
        ("blocks", "unknown option `blocks`; did you mean `blocking`?"),
    ] {
        let found = refusals(attribute, "todo!()");
        assert!(found.len() == 1 && found[0].starts_with(start), "{attribute}: {found:?}");
    }
    let function: TokenStream = "async fn step(ctx: Ctx<Bank>) {}".parse().unwrap();
    let found = messages(super::process("blocking".parse().unwrap(), function));
    assert!(found.len() == 1 && found[0].starts_with("`step` is an `async fn`, which holds up nobody"), "{found:?}");
}

#[test]
fn a_path_and_a_part_of_it_are_not_listed_together_whatever_the_lists() {
    for attribute in [
        "inputs = [domain.user, domain.user.name]",
        "outputs = [domain.user, domain.user.name]",
        "inputs = [domain.user], outputs = [domain.user.name]",
        "inputs = [domain.user.name], outputs = [domain.user]",
        "inputs = [domain.user, domain.user.name], outputs = [domain.user.name]",
    ] {
        let found = refusals(attribute, "todo!()");
        assert!(
            found.len() == 1 && found[0].starts_with("`domain.user.name` lies inside `domain.user`"),
            "{attribute}: {found:?}"
        );
    }
    assert_eq!(refusals("inputs = [domain.user], outputs = [domain.user_name]", "todo!()"), Vec::<String>::new());
}

#[test]
fn a_command_is_not_called_like_a_type_wherever_that_stands() {
    for of in ["Refund", "Vec<Refund>", "Vec<(u8, Option<Refund>)>"] {
        let function: TokenStream = format!("fn refund(ctx: Ctx<Bank>, of: {of}) {{}}").parse().unwrap();
        let found = messages(super::process(TokenStream::new(), function));
        assert!(found.len() == 1 && found[0].starts_with("the command of `refund` would be called"), "{of}: {found:?}");
    }
    let function: TokenStream = "fn refund(ctx: Ctx<Bank>, of: Vec<bank::Refund>) {}".parse().unwrap();
    assert_eq!(messages(super::process(TokenStream::new(), function)), Vec::<String>::new());
}

#[test]
fn no_argument_has_the_name_of_a_layer() {
    for name in ["global", "domain", "local", "effects"] {
        let function: TokenStream = format!("fn step(ctx: Ctx<Bank>, {name}: i64) {{}}").parse().unwrap();
        let found = messages(super::process(TokenStream::new(), function));
        assert!(found.len() == 1 && found[0].starts_with(&format!("`{name}` is the name of a layer")), "{found:?}");
    }
    let function: TokenStream = "fn step(ctx: Ctx<Bank>, effect: i64, context: i64) {}".parse().unwrap();
    assert_eq!(messages(super::process(TokenStream::new(), function)), Vec::<String>::new());
}

/// The warnings that a process gives.
fn warnings(attribute: &str, function: &str) -> Vec<String> {
    let written = super::process(attribute.parse().unwrap(), function.parse().unwrap()).to_string();
    written
        .split("deprecated (note = \"")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once("\")")?.0.to_owned()))
        .collect()
}

#[track_caller]
fn warned(attribute: &str, body: &str, start: &str) {
    let found = warnings(attribute, &format!("fn step(ctx: Ctx<Bank, (), Ports>) {{ {body} }}"));
    assert!(found.len() == 1 && found[0].starts_with(start), "{body}: {found:?}");
}

#[track_caller]
fn silent(attribute: &str, body: &str) {
    let found = warnings(attribute, &format!("fn step(ctx: Ctx<Bank, (), Ports>) {{ {body} }}"));
    assert_eq!(found, Vec::<String>::new(), "{body}");
}

#[test]
fn a_contract_that_says_more_than_its_body_uses_is_told() {
    warned("inputs = [domain.a]", "", "`domain.a` is listed under `inputs`, and the body never reads it");
    warned("outputs = [domain.a]", "", "`domain.a` is listed under `outputs`, and the body never writes it");
    warned("inputs = [domain.a], outputs = [domain.a]", "", "`domain.a` is listed under `inputs` and `outputs`, and");
    warned(
        "inputs = [domain.a], outputs = [domain.a]",
        "let a = *ctx.domain.a;",
        "`domain.a` is listed under `outputs`",
    );
    warned("inputs = [domain.a], outputs = [domain.a]", "*ctx.domain.a", "`domain.a` is listed under `outputs`");
    warned("inputs = [domain.a], outputs = [domain.a]", "ctx.domain.a.set(1);", "`domain.a` is listed under `inputs`");
    warned("inputs = [domain.a, domain.b]", "drop(*ctx.domain.a);", "`domain.b` is listed under `inputs`");
    warned("inputs = [domain.u.a, domain.u.b]", "drop(*ctx.domain.u.b);", "`domain.u.a` is listed under `inputs`");
    warned("inputs = [global.a, domain.a]", "drop(*ctx.domain.a);", "`global.a` is listed under `inputs`");
    warned("inputs = [signal(domain.sig_a)]", "", "`domain.sig_a` is listed under `inputs`");
    warned("inputs = [domain.a]", "drop(other.ctx.domain.a);", "`domain.a` is listed under `inputs`");
    warned("inputs = [domain.a]", "drop(bank.domain.a);", "`domain.a` is listed under `inputs`");
    warned("inputs = [domain.a]", "let todo = 1; drop(todo);", "`domain.a` is listed under `inputs`");
    warned("effects = [log, clock]", "(ctx.effects.log)(1);", "`clock` is listed under `effects`");
}

#[test]
fn a_contract_is_silent_where_the_body_uses_it_or_may() {
    silent("inputs = [domain.a]", "format!(\"{}\", ctx.domain.a);");
    silent("inputs = [domain.a, domain.b]", "let domain = &ctx.domain; drop(*domain.a);");
    silent("inputs = [domain.u.a, domain.u.b]", "let user = &ctx.domain.u; drop(*user.a);");
    silent("inputs = [domain.a]", "mine!(ctx, a);");
    silent("inputs = [domain.a], outputs = [domain.a]", "ctx.domain.a.push(1);");
    silent("inputs = [domain.a], outputs = [domain.a]", "*ctx.domain.a += 1;");
    silent("inputs = [domain.a], outputs = [domain.a]", "if *ctx.domain.a > 1 { ctx.domain.a.set(0) }");
    silent("inputs = [domain.a], outputs = [domain.a]", "change(&mut *ctx.domain.a);");
    silent("inputs = [domain.a], outputs = [domain.a]", "(*ctx.domain.a).b = 1;");
    silent("inputs = [domain.a], outputs = [domain.a]", "(*ctx.domain.a)[0] = 1;");
    silent("inputs = [domain.a], outputs = [domain.a]", "*ctx.domain.a.b = 1;");
    silent("inputs = [domain.a], outputs = [domain.a]", "*ctx.domain.a[0] = 1;");
    silent("inputs = [domain.a], outputs = [domain.b], effects = [log]", "todo!()");
    silent("inputs = [domain.a]", "unimplemented!()");
    silent("effects = [log, clock]", "let effects = &ctx.effects; (effects.log)(1);");
}

#[test]
fn an_error_inside_of_what_is_returned_is_told() {
    let of = |returned: &str| warnings("", &format!("fn step(ctx: Ctx<Bank>) -> {returned} {{ todo!() }}")).len();
    for returned in [
        "Option<Result<u8, E>>",
        "Box<Result<u8, E>>",
        "(u8, Result<u8, E>)",
        "Option<(Result<u8, E>)>",
        "Poll<Result<u8, E>>",
        "Option<std::io::Result<u8>>",
    ] {
        assert_eq!(of(returned), 1, "{returned}");
    }
    for returned in ["Option<u8>", "Vec<Result<u8, E>>", "(u8, i64)", "Box<u8>"] {
        assert_eq!(of(returned), 0, "{returned}");
    }
    assert_eq!(warnings("errors = [E]", "fn step(ctx: Ctx<Bank>) -> Result<Option<u8>, E> { todo!() }").len(), 0);
    assert_eq!(warnings("errors = [E]", "fn step(ctx: Ctx<Bank>) -> Result<Result<u8, F>, E> { todo!() }").len(), 1);
}

#[test]
fn a_path_that_is_written_otherwise_is_told_as_it_should_be() {
    let meant = [
        ("domain::total", "a path is written with dots: `domain.total`"),
        ("domain::user.name", "a path is written with dots: `domain.user`"),
        ("self::total", "expected a path such as"),
        ("\"domain.total\"", "a path stands without quotes: write `domain.total`"),
        ("\"\"", "expected a path such as"),
        ("ctx.domain.total", "a path begins with its layer: write `domain.total`"),
        ("self.domain.user.name", "expected a path such as"),
        ("total", "a path begins with its layer: write `domain.total` or `global.total`"),
        ("user.name", "unknown layer `user`; there are: `domain`, `global`"),
        ("user.name.first", "unknown layer `user`; there are: `domain`, `global`"),
        ("user.domain", "unknown layer `user`; there are: `domain`, `global`"),
        ("domian", "unknown layer `domian`; did you mean `domain`?"),
        ("domain.user.*", "a path names one field: list each by its name"),
        ("domain.names[0]", "a path ends with its field: write `domain.names` for all of it"),
        ("domain.names.len()", "a path ends with its field: write `domain.names.len` without what stands behind"),
        ("signals(domain.sig_x)", "unknown word `signals` around a path; did you mean `signal`?"),
        ("sig(domain.sig_x)", "unknown word `sig` around a path; there are: `signal`, `meta`"),
        ("data(domain.total)", "unknown word `data` around a path; there are: `signal`, `meta`"),
    ];
    for (path, start) in meant {
        let found = refusals(&format!("inputs = [{path}]"), "");
        assert!(found.len() == 1 && found[0].starts_with(start), "{path}: {found:?}");
    }
}

#[test]
fn a_field_of_another_zone_is_asked_for_by_it() {
    let told = |attribute: &str, body: &str, end: &str| {
        let found = refusals(attribute, body);
        assert!(found.len() == 1 && found[0].ends_with(end), "{body}: {found:?}");
    };
    told(
        "outputs = [domain.meta_runs]",
        "*ctx.domain.meta_runs += 1;",
        "list `meta(domain.meta_runs)` under `inputs` too",
    );
    told("outputs = [domain.sig_x]", "if *ctx.domain.sig_x {}", "list `signal(domain.sig_x)` under `inputs` too");
    told("outputs = [domain.total]", "*ctx.domain.total += 1;", "list it under `inputs` too");
    let both = "list it under `inputs` as `signal(domain.user.cmd_x)` to read it, under `outputs` to write it";
    told("inputs = [domain.user.name]", "let _ = (&ctx.domain.user.name, *ctx.domain.user.cmd_x);", both);
}

#[test]
fn a_process_is_one_once() {
    let function = |attribute: &str| -> TokenStream {
        format!("#[{attribute}] fn step(ctx: Ctx<Bank>, by: i64) {{ }}").parse().unwrap()
    };
    for attribute in ["process", "process(inputs = [domain.a])", "theus_core::process(outputs = [])", "r#process()"] {
        let found = messages(super::process(TokenStream::new(), function(attribute)));
        assert_eq!(found, ["`#[process]` is given twice: put all of the contract into one"], "{attribute}");
    }
    assert_eq!(messages(super::process(TokenStream::new(), function("inline"))), Vec::<String>::new());
}
