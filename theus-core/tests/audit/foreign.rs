//! Types of other crates, behind the features of their names: `cargo test --all-features`.

#[cfg(all(feature = "chrono", feature = "jiff", feature = "rust_decimal", feature = "uuid"))]
mod all {
    use std::collections::BTreeMap;

    use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
    use rust_decimal::Decimal;
    use theus_core::prelude::*;
    use uuid::Uuid;

    const ID: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

    #[derive(Clone, Default, Context)]
    #[inspect(methods(total -> Decimal, holder -> Uuid, now -> DateTime<Utc>))]
    struct Ledger {
        price: Decimal,
        prices: Vec<Decimal>,
        id: Uuid,
        holders: BTreeMap<Uuid, Decimal>,
        utc: DateTime<Utc>,
        offset: DateTime<FixedOffset>,
        civil: NaiveDateTime,
        date: NaiveDate,
        clock: NaiveTime,
        span: TimeDelta,
        stamp: jiff::Timestamp,
        zoned: Option<jiff::Zoned>,
        jiff_civil: jiff::civil::DateTime,
        jiff_date: jiff::civil::Date,
        jiff_clock: jiff::civil::Time,
        jiff_span: jiff::SignedDuration,
    }

    impl LedgerView<'_> {
        fn total(&self) -> Decimal {
            self.prices.iter().sum()
        }
        fn holder(&self) -> Uuid {
            self.holders.first_key_value().map_or(*self.id, |(id, _)| *id)
        }
        fn now(&self) -> DateTime<Utc> {
            *self.utc
        }
    }

    #[process(inputs = [domain.price])]
    fn look(ctx: Ctx<Ledger>) {
        let _ = ctx.domain.price;
    }

    fn ledger() -> Ledger {
        let id: Uuid = ID.parse().unwrap();
        let civil: NaiveDateTime = "2024-05-01T12:00:00.5".parse().unwrap();
        let stamp: jiff::Timestamp = "1969-12-31T23:59:59.25Z".parse().unwrap();
        Ledger {
            price: "0.1".parse().unwrap(),
            prices: vec!["0.1".parse().unwrap(), "0.20".parse().unwrap()],
            id,
            holders: BTreeMap::from([(id, Decimal::MAX)]),
            utc: "2024-05-01T12:00:00Z".parse().unwrap(),
            offset: DateTime::parse_from_rfc3339("2024-05-01T14:00:00+02:00").unwrap(),
            civil,
            date: civil.date(),
            clock: civil.time(),
            span: TimeDelta::milliseconds(-1_500),
            stamp,
            zoned: Some(stamp.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(5)))),
            jiff_civil: "1969-12-31T12:00:00.5".parse().unwrap(),
            jiff_date: "1969-12-31".parse().unwrap(),
            jiff_clock: "12:00:00.5".parse().unwrap(),
            jiff_span: jiff::SignedDuration::from_millis(-1_500),
        }
    }

    /// Whether the rule passes; what loading says of it.
    fn passes(rule: &str) -> Result<bool, String> {
        let recipe = format!("process_recipes: {{ look: {{ inputs: [ {{ {rule} }} ] }} }}");
        let builder = Engine::builder(ledger()).process::<Look>().recipe("r.yaml", &recipe);
        let engine = builder.map_err(|error| error.to_string())?.build().map_err(|error| error.to_string())?;
        Ok(engine.run(Look {}).is_ok())
    }

    #[test]
    fn each_is_compared_as_what_it_is() {
        let holds = [
            "field: domain.price, eq: 0.1",
            "field: domain.price, eq: '0.100'",
            "field: domain.price, in: [0.1, 0.2]",
            "field: domain.prices.sum(), eq: 0.3",
            "field: domain.prices.max(), multiple_of: 0.05",
            "field: domain.total(), eq: 0.3",
            "field: 'domain.holders[\"67e55044-10b1-426f-9247-bb680e5fe0c8\"]', eq: '79228162514264337593543950335'",
            "field: domain.id, eq: 67E55044-10b1-426f-9247-bb680e5fe0c8",
            "field: domain.holder(), in: [67e55044-10b1-426f-9247-bb680e5fe0c8]",
            "field: domain.holders.keys().first(), neq: 00000000-0000-0000-0000-000000000000",
            "field: domain.utc, eq: '2024-05-01T12:00:00Z'",
            "field: domain.now(), between: ['2024-05-01T12:00:00Z', '2024-05-01T12:00:00Z']",
            "field: domain.offset, eq: '2024-05-01T08:00:00-04:00'",
            "field: domain.civil, eq: '2024-05-01T12:00:00.5'",
            "field: domain.date, eq: '2024-05-01'",
            "field: domain.clock, eq: '12:00:00.5'",
            "field: domain.span, eq: -1.5",
            "field: domain.stamp, eq: '1969-12-31T23:59:59.25Z'",
            "field: domain.zoned, eq: '1969-12-31T23:59:59.25Z'",
            "field: domain.jiff_civil, eq: '1969-12-31T12:00:00.5'",
            "field: domain.jiff_date, eq: '1969-12-31'",
            "field: domain.jiff_clock, eq: '12:00:00.5'",
            "field: domain.jiff_span, eq: -1.5",
        ];
        for rule in holds {
            assert_eq!(passes(rule), Ok(true), "{rule}");
            // The nearest thing that does not hold.
            let other = rule.replace(", eq:", ", neq:").replace(", in:", ", not_in:");
            let other = other.replace("05, neq", "05, eq").replace(" multiple_of: 0.05", " multiple_of: 0.03");
            if other != rule && !rule.contains("neq") {
                assert_eq!(passes(&other), Ok(false), "{other}");
            }
        }
    }

    #[test]
    fn what_is_written_of_another_type_is_refused() {
        let said = |rule: &str| passes(rule).unwrap_err();
        assert!(said("field: domain.id, eq: alice").contains("must be a UUID such as"));
        assert!(said("field: domain.id, min: alice").contains("`min` does not fit domain.id, a UUID"));
        assert!(
            said("field: domain.date, eq: '2024-05-01T00:00:00Z'").contains("must be a date such as \"2024-05-01\"")
        );
        assert!(said("field: domain.price, eq: .inf").contains("`eq` of domain.price must be a number"));
        assert!(said("field: 'domain.holders[\"alice\"]', eq: 1").contains("its keys are UUIDs"));
    }

    #[test]
    fn a_decimal_bound_is_shown_as_it_was_written() {
        let recipe = "process_recipes:
  look:
    inputs:
      - { field: domain.price, max: \"8000.60\", level: C }
      - { field: domain.price, min: 8000.50, level: C }
      - { field: domain.price, multiple_of: 0.10, level: C }
";
        let engine =
            Engine::builder(ledger()).process::<Look>().recipe("decimals.yaml", recipe).unwrap().build().unwrap();
        let rules: Vec<_> = engine.explain(&Look {}).unwrap().rules.iter().map(|rule| rule.rule.to_string()).collect();
        assert_eq!(rules, ["domain.price max 8000.60", "domain.price min 8000.50", "domain.price multiple_of 0.10"]);
    }
}
