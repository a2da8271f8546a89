theus_core::fragment! {
    /// Rules.
    pub RULES = "currencies" from "tests/files/fragments_plain.yaml";
    OTHERS = "others" from "tests/files/fragments_plain.yaml";
}

fn main() {}

#[test]
fn it_has_its_name_and_the_text_of_its_file() {
    assert_eq!((RULES.name(), OTHERS.name()), ("currencies", "others"));
    assert_eq!((RULES.file(), RULES.text()), ("tests/files/fragments_plain.yaml", "process_recipes: {}\n"));
}
