//! Numbers for the code of a process: kept with each step that it makes.

use crate::context::Schema;
use crate::process::{Access, Contract};
use crate::store::CodePrint;

pub(in crate::engine) fn code_print(body: u32, contract: &Contract, domain: &Schema) -> CodePrint {
    let fields = domain.paths().into_iter().map(|field| format!("{} {:?} {}", field.path, field.zone, field.type_name));
    CodePrint { body, contract: number(said_by(contract)), schema: number(fields) }
}

/// Each thing that a contract says, the list that it stands in first.
fn said_by(contract: &Contract) -> Vec<String> {
    let Contract { process: _, inputs, outputs, effects, messages, errors, arguments, local, is_async, is_blocking } =
        contract;
    let accesses = |list: &'static str, accesses: &'static [Access]| {
        accesses.iter().map(move |access| format!("{list} {} {:?}", access.path, access.zone))
    };
    let texts =
        |list: &'static str, texts: &'static [&'static str]| texts.iter().map(move |text| format!("{list} {text}"));
    let arguments = arguments.iter().map(|argument| format!("argument {}: {}", argument.name, argument.type_name));
    let said = accesses("input", inputs).chain(accesses("output", outputs));
    let said = said.chain(texts("effect", effects)).chain(texts("message", messages)).chain(texts("error", errors));
    said.chain(arguments)
        .chain(local.map(|local| format!("local {local}")))
        .chain([format!("async {is_async}")])
        // Said only where it is so: the numbers of all others are as they were before there was such a word.
        .chain(is_blocking.then(|| "blocking".to_owned()))
        .collect()
}

fn number(texts: impl IntoIterator<Item = String>) -> u32 {
    let mut hasher = blake3::Hasher::new_derive_key("theus-core code print, format 1");
    for text in texts {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    let [a, b, c, d, ..] = *hasher.finalize().as_bytes();
    u32::from_le_bytes([a, b, c, d])
}
