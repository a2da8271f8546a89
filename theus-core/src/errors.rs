//! What can be wrong with a recipe or a workflow file: a page for each code.
//!
//! An error refuses the file, and all of its errors are told at once. A warning ([`Recipe::warnings`](crate::audit::Recipe::warnings))
//! is told ([`Engine::recipe_warnings`](crate::Engine::recipe_warnings)) and the file is used. Codes never change their meaning.
//!
//! # Errors of a recipe
//!
//! | code | |
//! |---|---|
//! | [`R001`] | no recipes |
//! | [`R002`] | another kind of value |
//! | [`R003`] | unknown key or condition |
//! | [`R004`] | unknown process |
//! | [`R005`] | a process or template without rules |
//! | [`R006`] | no field |
//! | [`R007`] | no condition |
//! | [`R008`] | unknown level |
//! | [`R009`] | thresholds the wrong way round |
//! | [`R010`] | no such template |
//! | [`R011`] | templates that inherit each other |
//! | [`R012`] | too many templates or rules |
//! | [`R013`] | the same rule twice |
//! | [`R014`] | a path that leads nowhere |
//! | [`R015`] | a value that shows nothing |
//! | [`R016`] | a condition that does not fit the type |
//! | [`R017`] | a bound that does not fit the field |
//! | [`R018`] | rules that contradict each other |
//! | [`R019`] | a message that cannot be filled in |
//! | [`R020`] | a rule for all processes that fits none |
//! | [`R021`] | an invariant on something else than the domain |
//! | [`R022`] | an effect that the recipe does not allow |
//! | [`R023`] | an error that the recipe does not allow |
//! | [`R024`] | what is no regular expression |
//! | [`R025`] | a list that is empty, or has a value twice |
//! | [`R026`] | a change with nothing to compare with |
//! | [`R027`] | `where_present` where it does nothing |
//!
//! # Warnings of a recipe
//!
//! | code | |
//! |---|---|
//! | [`R101`] | no process changes it |
//! | [`R102`] | a template that nothing inherits |
//! | [`R103`] | a meaning that differs from the Python reference |
//! | [`R104`] | nothing, on purpose |
//! | [`R105`] | a rule that every value satisfies |
//! | [`R106`] | rules of which one is always violated |
//! | [`R107`] | a declaration that the contract does not have |
//! | [`R108`] | a value of a list that never passes |
//! | [`R109`] | a rule that an invariant repeats |
//! | [`R110`] | a change that its process cannot make |
//! | [`R111`] | a value that is about to be replaced |
//! | [`R112`] | a value that its process does not write |
//! | [`R113`] | a rule beside a stricter one |
//!
//! # Errors of any YAML file, recipe or workflow
//!
//! | code | |
//! |---|---|
//! | [`Y001`] | the file cannot be read |
//! | [`Y002`] | not UTF-8 |
//! | [`Y003`] | too long |
//! | [`Y004`] | not YAML |
//! | [`Y005`] | a second document |
//! | [`Y006`] | nested too deep |
//! | [`Y007`] | aliases that repeat too much |
//! | [`Y008`] | a key that is given twice |
//! | [`Y009`] | a key that is no word |
//! | [`Y010`] | a tag |

/// A module for each page, and a list of them all for the tests.
macro_rules! pages {
    ($($code:ident $file:literal;)*) => {
        $(
            #[doc = include_str!(concat!("../docs/errors/", $file))]
            #[expect(non_snake_case, reason = "it is called as messages call it")]
            pub mod $code {}
        )*

        #[cfg(test)]
        pub(crate) const PAGES: &[(&str, &str)] =
            &[$((stringify!($code), include_str!(concat!("../docs/errors/", $file)))),*];
    };
}

pages! {
    R001 "R001.md";
    R002 "R002.md";
    R003 "R003.md";
    R004 "R004.md";
    R005 "R005.md";
    R006 "R006.md";
    R007 "R007.md";
    R008 "R008.md";
    R009 "R009.md";
    R010 "R010.md";
    R011 "R011.md";
    R012 "R012.md";
    R013 "R013.md";
    R014 "R014.md";
    R015 "R015.md";
    R016 "R016.md";
    R017 "R017.md";
    R018 "R018.md";
    R019 "R019.md";
    R020 "R020.md";
    R021 "R021.md";
    R022 "R022.md";
    R023 "R023.md";
    R024 "R024.md";
    R025 "R025.md";
    R026 "R026.md";
    R027 "R027.md";
    R101 "R101.md";
    R102 "R102.md";
    R103 "R103.md";
    R104 "R104.md";
    R105 "R105.md";
    R106 "R106.md";
    R107 "R107.md";
    R108 "R108.md";
    R109 "R109.md";
    R110 "R110.md";
    R111 "R111.md";
    R112 "R112.md";
    R113 "R113.md";
    Y001 "Y001.md";
    Y002 "Y002.md";
    Y003 "Y003.md";
    Y004 "Y004.md";
    Y005 "Y005.md";
    Y006 "Y006.md";
    Y007 "Y007.md";
    Y008 "Y008.md";
    Y009 "Y009.md";
    Y010 "Y010.md";
}
