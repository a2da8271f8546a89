//! What a signature may be, and the stub that is written after a mistake in it.

use super::messages;

fn told(attribute: &str, function: &str) -> Vec<String> {
    messages(crate::process::process(attribute.parse().unwrap(), function.parse().unwrap()))
}

#[track_caller]
fn is_told(function: &str, start: &str) {
    let found = told("", function);
    assert!(found.len() == 1 && found[0].starts_with(start), "{function}: {found:?}");
}

#[test]
fn a_well_known_type_is_no_context() {
    for ty in [
        "bool",
        "char",
        "i8",
        "i16",
        "i32",
        "i64",
        "i128",
        "isize",
        "u8",
        "u16",
        "u32",
        "u64",
        "u128",
        "usize",
        "f32",
        "f64",
        "String",
        "str",
        "Vec<u8>",
        "Option<u8>",
        "Box<u8>",
        "Arc<u8>",
        "BTreeMap<u8, u8>",
        "HashMap<u8, u8>",
        "Duration",
    ] {
        is_told(&format!("fn step(by: {ty}) {{}}"), &format!("`{ty}` is no context"));
    }
    assert_eq!(told("", "fn step(ctx: Desk) {}"), Vec::<String>::new(), "an alias has a name of its own");
}

#[test]
fn the_context_and_each_argument_are_one_name() {
    for context in ["ref ctx", "ctx @ _", "(ctx)", "Ctx { domain }"] {
        is_told(&format!("fn step({context}: Ctx<Bank>) {{}}"), "the context is one name");
    }
    for argument in ["ref by", "by @ _"] {
        is_told(
            &format!("fn step(ctx: Ctx<Bank>, {argument}: i64) {{}}"),
            "an argument is a field of the command and needs a plain name",
        );
    }
    assert_eq!(told("", "fn step(_: Ctx<Bank>, mut by: i64) {}"), Vec::<String>::new());
}

#[test]
fn what_cannot_be_kept_is_no_argument() {
    is_told("fn step(ctx: Ctx<Bank>, at: *const u8) {}", "an argument cannot ");
    is_told("fn step(ctx: Ctx<Bank>, ...) {}", "a process has a fixed list of arguments");
}

#[test]
fn what_is_returned_does_not_borrow() {
    for returned in ["&str", "Cow<'_, str>", "&'static [&str]"] {
        is_told(&format!("fn step(ctx: Ctx<Bank>) -> {returned} {{}}"), "a process cannot return a reference");
    }
    assert_eq!(told("", "fn step(ctx: Ctx<Bank>) -> fn(&str) -> u8 {}"), Vec::<String>::new());
}

#[test]
fn what_is_returned_has_a_name_throughout() {
    for returned in ["impl Copy", "Box<impl Copy>", "Option<(u8, impl Iterator<Item = u8>)>"] {
        is_told(&format!("fn step(ctx: Ctx<Bank>) -> {returned} {{}}"), "a process returns a named type");
    }
    assert_eq!(told("", "fn step(ctx: Ctx<Bank>) -> Box<dyn Copy> {}"), Vec::<String>::new());
}

fn stub(attribute: &str, function: &str) -> String {
    crate::process::process(attribute.parse().unwrap(), function.parse().unwrap()).to_string().replace(' ', "")
}

#[test]
fn a_stub_has_the_parameters_that_its_command_can_have() {
    let function = "fn step<T: Copy, U>(ctx: Ctx<Bank>, all: Vec<T>, of: U) where T: Into<i64> {}";
    let kept = stub("inputs = [domian.a]", function);
    assert!(kept.contains("structStep<T:Copy,U>whereT:Into<i64>"), "another mistake leaves them alone: {kept}");
    let gone = stub("", "fn step<T: Copy, U: Copy>(ctx: Ctx<Bank>, all: Vec<T>) -> Option<U> where T: Into<U> {}");
    assert!(gone.contains("structStep<T>{") && !gone.contains("Copy") && !gone.contains("Into"), "{gone}");
    assert!(!gone.contains("Option<U>"), "{gone}");
    let borrowed = stub("", "fn step<'a, T>(ctx: Ctx<Bank>, name: Cow<'a, str>, all: Vec<T>) -> u8 {}");
    assert!(borrowed.contains("structStep<T>{") && !borrowed.contains("Cow"), "{borrowed}");
    assert!(borrowed.contains("u8"), "what it returns has nothing to do with what is gone: {borrowed}");
}

#[test]
fn a_stub_has_nothing_that_was_refused() {
    let once = stub("", "fn step(ctx: Ctx<Bank>, by: i64, by: u8) {}");
    assert!(once.contains("by:i64") && !once.contains("by:u8"), "{once}");
    assert!(stub("", "fn refund(ctx: Ctx<Bank>, of: Refund) {}").contains("structRefundCommand"));
    for returned in ["&str", "Cow<'_, str>", "&'static [&str]", "impl Copy", "Box<impl Copy>", "!"] {
        let written = stub("", &format!("fn step(ctx: Ctx<Bank>) -> {returned} {{}}"));
        assert!(written.contains("typeOutput=();"), "{returned}: {written}");
    }
    for (errors, gone) in [("NotEnough, Box<dyn Error>", "dynError"), ("NotEnough, shop::NotEnough", "shop")] {
        let written = stub(&format!("errors = [{errors}]"), "fn step(ctx: Ctx<Bank>) -> Result<(), StepError> {}");
        let items = written.split("compile_error").next().unwrap();
        assert!(items.contains("NotEnough") && !items.contains(gone), "{errors}: {written}");
    }
}

#[test]
fn an_enum_of_errors_has_the_parameters_that_they_mention() {
    let of = |errors: &str| {
        let function =
            "fn step<T: Copy, U>(ctx: Ctx<Bank>, all: Vec<T>, of: U) -> Result<(), StepError> where U: Into<u8> {}";
        stub(&format!("errors = [{errors}]"), function)
    };
    assert!(of("A, B").contains("enumStepError{"));
    assert!(of("A, B<U>").contains("enumStepError<U>whereU:Into<u8>{"), "{}", of("A, B<U>"));
}
