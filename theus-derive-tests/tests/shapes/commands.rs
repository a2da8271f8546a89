//! A command as a value: copied, shown, written and read again.

use theus_derive_tests::generic::{Count, Flags, TotalOf};
use theus_derive_tests::names::Match;
use theus_derive_tests::shapes::{Deposit, Idle};

fn deposit() -> Deposit {
    Deposit { account: "ann".to_owned(), amount: 5 }
}

#[test]
fn a_command_is_written_and_read_again() {
    let text = serde_json::to_string(&deposit()).unwrap();
    assert_eq!(text, r#"{"account":"ann","amount":5}"#);
    let read: Deposit = serde_json::from_str(&text).unwrap();
    assert_eq!(format!("{read:?}"), r#"Deposit { account: "ann", amount: 5 }"#);
    let copy = read.clone();
    assert_eq!((copy.account, copy.amount), (read.account, read.amount));
}

#[test]
fn a_command_is_read_by_position_as_well() {
    let read: Deposit = serde_json::from_str(r#"["bob", 6]"#).unwrap();
    assert_eq!((read.account.as_str(), read.amount), ("bob", 6));
    let short = serde_json::from_str::<Deposit>(r#"["bob"]"#).unwrap_err();
    assert!(short.to_string().starts_with("invalid length 1, expected the command Deposit"), "{short}");
}

#[test]
fn a_command_without_arguments_is_empty() {
    assert_eq!(serde_json::to_string(&Idle {}).unwrap(), "{}");
    let _: Idle = serde_json::from_str("{}").unwrap();
    let unknown = serde_json::from_str::<Idle>(r#"{"to":1}"#).unwrap_err();
    assert!(unknown.to_string().starts_with("unknown field `to`"), "{unknown}");
}

#[test]
fn what_is_missing_unknown_or_given_twice_is_refused() {
    let refused = |text: &str| serde_json::from_str::<Deposit>(text).unwrap_err().to_string();
    assert!(refused(r#"{"account":"ann"}"#).starts_with("missing field `amount`"));
    assert!(
        refused(r#"{"account":"ann","amonut":5}"#)
            .starts_with("unknown field `amonut`, expected `account` or `amount`")
    );
    assert!(refused(r#"{"account":"ann","account":"bob","amount":5}"#).starts_with("duplicate field `account`"));
    assert!(refused(r#"{"account":"ann","amount":"much"}"#).starts_with("invalid type: string"));
    assert!(refused("7").starts_with("invalid type: integer `7`, expected the command Deposit"));
}

#[test]
fn raw_names_are_plain_outside_the_source() {
    assert_eq!(serde_json::to_string(&Match { r#ref: 1 }).unwrap(), r#"{"ref":1}"#);
    let read: Match = serde_json::from_str(r#"{"ref":2}"#).unwrap();
    assert_eq!((read.r#ref, format!("{read:?}").as_str()), (2, "Match { ref: 2 }"));
}

#[test]
fn generic_commands_are_values_too() {
    let read: TotalOf<i32> = serde_json::from_str(r#"{"things":[1,2]}"#).unwrap();
    assert_eq!(read.clone().things, [1, 2]);
    let read: Count<3> = serde_json::from_str(r#"{"flags":[true,false,true]}"#).unwrap();
    assert_eq!(read.flags, Flags([true, false, true]));
}
