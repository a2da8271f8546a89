//! Works out formulas of whole numbers, exactly: `3 * (120 + 15)`.

use thiserror::Error;

/// How deep parentheses and signs may be nested.
const DEEPEST: u32 = 32;

/// What was to be worked out is no formula, or has no exact result.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("cannot work out `{formula}`: {reason}")]
pub(crate) struct NotAFormula {
    formula: String,
    reason: &'static str,
}

/// The value of a formula of whole numbers with `+ - * / ( )`.
pub(crate) fn calculate(formula: &str) -> Result<i64, NotAFormula> {
    let mut rest = Rest { text: formula.trim(), depth: 0 };
    let value =
        rest.sum().and_then(|value| if rest.text.is_empty() { Ok(value) } else { Err("something is left over") });
    value.map_err(|reason| NotAFormula { formula: formula.to_owned(), reason })
}

/// What of a formula is still to be read.
struct Rest<'a> {
    text: &'a str,
    depth: u32,
}

type Worked = Result<i64, &'static str>;

const TOO_LARGE: &str = "the number is too large";

impl Rest<'_> {
    fn sum(&mut self) -> Worked {
        let mut sum = self.product()?;
        while let Some(sign) = self.one_of(['+', '-']) {
            let next = self.product()?;
            sum = if sign == '+' { sum.checked_add(next) } else { sum.checked_sub(next) }.ok_or(TOO_LARGE)?;
        }
        Ok(sum)
    }

    fn product(&mut self) -> Worked {
        let mut product = self.factor()?;
        while let Some(sign) = self.one_of(['*', '/']) {
            let next = self.factor()?;
            product = match sign {
                '*' => product.checked_mul(next).ok_or(TOO_LARGE)?,
                _ if next == 0 => return Err("a division by zero"),
                _ if product.checked_rem(next) != Some(0) => return Err("a division that leaves a rest"),
                _ => product.checked_div(next).ok_or(TOO_LARGE)?,
            };
        }
        Ok(product)
    }

    fn factor(&mut self) -> Worked {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("it is nested too deep");
        }
        let value = if self.one_of(['-']).is_some() {
            self.factor()?.checked_neg().ok_or(TOO_LARGE)?
        } else if self.one_of(['(']).is_some() {
            let value = self.sum()?;
            self.one_of([')']).ok_or("a `)` is missing")?;
            value
        } else {
            self.number()?
        };
        self.depth -= 1;
        Ok(value)
    }

    fn number(&mut self) -> Worked {
        let end = self.text.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.text.len());
        let (digits, rest) = self.text.split_at(end);
        if digits.is_empty() {
            return Err("a number is missing");
        }
        self.text = rest.trim_start();
        digits.parse().map_err(|_| TOO_LARGE)
    }

    /// Takes the next character if it is one of these.
    fn one_of<const N: usize>(&mut self, wanted: [char; N]) -> Option<char> {
        let next = self.text.chars().next().filter(|next| wanted.contains(next))?;
        self.text = self.text[next.len_utf8()..].trim_start();
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_come_before_sums_and_parentheses_before_both() {
        let cases =
            [("3 * 120", 360), ("2+3*4", 14), ("(2+3)*4", 20), ("10 - 2 - 3", 5), ("-2 * -(3)", 6), ("12/4/3", 1)];
        for (formula, value) in cases {
            assert_eq!(calculate(formula), Ok(value), "{formula}");
        }
    }

    #[test]
    fn what_has_no_exact_value_is_refused_with_the_reason() {
        let deep = "(".repeat(40);
        for (formula, reason) in [
            ("", "a number is missing"),
            ("3 *", "a number is missing"),
            ("3 rooms", "something is left over"),
            ("(1", "a `)` is missing"),
            ("1/0", "a division by zero"),
            ("7/2", "a division that leaves a rest"),
            ("9223372036854775807 + 1", TOO_LARGE),
            ("99999999999999999999", TOO_LARGE),
            (deep.as_str(), "it is nested too deep"),
        ] {
            assert_eq!(calculate(formula).map_err(|error| error.reason), Err(reason), "{formula}");
        }
    }
}
