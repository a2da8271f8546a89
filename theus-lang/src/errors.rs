//! What can be wrong with a recipe or a workflow file: a page for each code.
//!
//! An error refuses the file, and all of its errors are told at once. A warning ([`Recipe::warnings`](crate::audit::Recipe::warnings),
//! [`Definition::warnings`](crate::workflow::chart::Definition::warnings)) is told (`Engine::recipe_warnings`)
//! and the file is used. Codes never change their meaning.
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
//! | [`R031`] | what is no condition |
//! | [`R032`] | a condition that never holds |
//! | [`R033`] | `that` beside what is about one field |
//! | [`R034`] | a window in which nothing can be counted |
//! | [`R035`] | a value that nothing can be counted by |
//! | [`R040`] | an alarm that could not be one |
//! | [`R041`] | an id by which a rule cannot be known |
//! | [`R042`] | a text that is too long to be put on record |
//! | [`R043`] | a limit that is not there, or does not fit |
//! | [`R044`] | a rule on missing runs that could not be one |
//! | [`R051`] | a unit that does not fit |
//! | [`R052`] | a list that no file holds |
//! | [`R053`] | what cannot be included |
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
//! | [`R121`] | a condition that always holds |
//! | [`R122`] | a window of a rule that acts at once |
//! | [`R123`] | a limit that bounds nothing |
//! | [`R131`] | a milder rule that acts only after a sterner one |
//! | [`R132`] | a rule that its `when` keeps from ever being violated |
//!
//! # Errors of a workflow
//!
//! | code | |
//! |---|---|
//! | [`W001`] | no states |
//! | [`W002`] | another kind of value |
//! | [`W003`] | unknown key |
//! | [`W004`] | no name |
//! | [`W005`] | unknown process |
//! | [`W006`] | unknown state |
//! | [`W007`] | two states of one name |
//! | [`W008`] | an argument is missing |
//! | [`W009`] | unknown argument |
//! | [`W010`] | a literal that does not fit |
//! | [`W011`] | an expression that does not fit |
//! | [`W012`] | not an expression |
//! | [`W013`] | not the name of an event |
//! | [`W014`] | the same thing twice |
//! | [`W015`] | an event that looks misspelt |
//! | [`W016`] | an event that only the runtime tells |
//! | [`W017`] | a final state that goes on |
//! | [`W018`] | a history that cannot remember |
//! | [`W019`] | regions that are none |
//! | [`W020`] | an initial state that is no child |
//! | [`W021`] | a candidate that is never taken |
//! | [`W022`] | eventless moves without an end |
//! | [`W023`] | parallel steps that conflict |
//! | [`W024`] | a timeout that cannot be kept |
//! | [`W025`] | an error that is not declared |
//! | [`W026`] | too much or too deep |
//! | [`W027`] | a step that does not say what to do |
//! | [`W028`] | not a time |
//! | [`W029`] | keys that exclude each other |
//! | [`W030`] | not a Data field |
//! | [`W031`] | a transition that cannot stay in its state |
//! | [`W041`] | an `undo` where no saga is left |
//! | [`W042`] | a name for what a process does not give |
//! | [`W043`] | an `atomic` where there are no regions |
//! | [`W044`] | what cannot be included |
//! | [`W051`] | a deferral that keeps nothing |
//! | [`W052`] | a deferred event that no state takes |
//! | [`W053`] | a state that the program waits for, and that is not there |
//! | [`W054`] | an event that the program sends, and no state takes |
//! | [`W061`] | a cycle that is none |
//!
//! # Warnings of a workflow, which are errors where it is `strict`
//!
//! | code | |
//! |---|---|
//! | [`W101`] | final without saying so |
//! | [`W102`] | a state that nothing leads to |
//! | [`W103`] | a dead end |
//! | [`W104`] | an event that nothing raises |
//! | [`W105`] | an input that may not have been written |
//! | [`W106`] | a declared error that leads nowhere |
//! | [`W107`] | regions that leave to different places |
//! | [`W108`] | a word that YAML 1.1 reads otherwise |
//! | [`W109`] | a doubtful value |
//! | [`W110`] | a `done` that never comes |
//! | [`W111`] | an event that comes too late for its state |
//! | [`W112`] | a chain that is begun again whenever it fails |
//! | [`W113`] | a loop that nothing in it ends |
//! | [`W114`] | long work that keeps its session from hearing |
//! | [`W115`] | a guard that asks for a state which is always active there, or never |
//! | [`W116`] | work beside a state that holds up its session all the same |
//! | [`W117`] | a start that takes what no event has brought |
//! | [`W121`] | a way out of a saga that does not say whether that is undone |
//! | [`W122`] | a saga in which nothing can be undone |
//! | [`W131`] | a state in which nobody answers |
//! | [`W141`] | an `always` that asks for the time where no time wakes it |
//! | [`W201`] | a meaning that differs from the Python reference |
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
    R031 "R031.md";
    R032 "R032.md";
    R033 "R033.md";
    R034 "R034.md";
    R035 "R035.md";
    R040 "R040.md";
    R041 "R041.md";
    R042 "R042.md";
    R043 "R043.md";
    R044 "R044.md";
    R051 "R051.md";
    R052 "R052.md";
    R053 "R053.md";
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
    R121 "R121.md";
    R122 "R122.md";
    R123 "R123.md";
    R131 "R131.md";
    R132 "R132.md";
    W001 "W001.md";
    W002 "W002.md";
    W003 "W003.md";
    W004 "W004.md";
    W005 "W005.md";
    W006 "W006.md";
    W007 "W007.md";
    W008 "W008.md";
    W009 "W009.md";
    W010 "W010.md";
    W011 "W011.md";
    W012 "W012.md";
    W013 "W013.md";
    W014 "W014.md";
    W015 "W015.md";
    W016 "W016.md";
    W017 "W017.md";
    W018 "W018.md";
    W019 "W019.md";
    W020 "W020.md";
    W021 "W021.md";
    W022 "W022.md";
    W023 "W023.md";
    W024 "W024.md";
    W025 "W025.md";
    W026 "W026.md";
    W027 "W027.md";
    W028 "W028.md";
    W029 "W029.md";
    W030 "W030.md";
    W031 "W031.md";
    W041 "W041.md";
    W042 "W042.md";
    W043 "W043.md";
    W044 "W044.md";
    W051 "W051.md";
    W052 "W052.md";
    W053 "W053.md";
    W054 "W054.md";
    W061 "W061.md";
    W101 "W101.md";
    W102 "W102.md";
    W103 "W103.md";
    W104 "W104.md";
    W105 "W105.md";
    W106 "W106.md";
    W107 "W107.md";
    W108 "W108.md";
    W109 "W109.md";
    W110 "W110.md";
    W111 "W111.md";
    W112 "W112.md";
    W113 "W113.md";
    W114 "W114.md";
    W115 "W115.md";
    W116 "W116.md";
    W117 "W117.md";
    W121 "W121.md";
    W122 "W122.md";
    W131 "W131.md";
    W141 "W141.md";
    W201 "W201.md";
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
