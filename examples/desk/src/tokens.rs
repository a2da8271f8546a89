//! Who comes: bearer tokens, each with a role at the desk of a tenant.

use std::fmt;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

/// A shorter token could be guessed.
const SHORTEST: usize = 16;

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Customer,
    Clerk,
    Auditor,
}

/// Who comes with a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) role: Role,
    /// None for all of them.
    pub(crate) tenant: Option<String>,
}

impl Holder {
    /// Whether it is an order of theirs: what comes before the first dot of its name is whose it is.
    pub(crate) fn is_theirs(&self, order: &str) -> bool {
        let tenant = order.split_once('.').filter(|(_, rest)| !rest.is_empty()).map(|(tenant, _)| tenant);
        tenant.is_some_and(|tenant| is_tenant(tenant) && self.tenant.as_deref().is_none_or(|own| own == tenant))
    }
}

/// The tokens that are known. What is kept of them are hashes, whose comparison takes the same time wherever they differ.
pub(crate) struct Tokens(Vec<(blake3::Hash, Holder)>);

/// A line that says no token. The token itself is not told.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the tokens: {why}; it is to be `ROLE TENANT TOKEN`, as in `clerk acme 6f1c0a..`")]
pub(crate) struct TokenError {
    line: usize,
    why: &'static str,
}

impl Tokens {
    /// One on each line, `ROLE TENANT TOKEN`; the tenant `*` is all of them. A `;` is a line's end as well, and what follows `#` is for people.
    pub(crate) fn parse(text: &str) -> Result<Self, TokenError> {
        let mut tokens = Vec::new();
        for (index, line) in text.split(['\n', ';']).enumerate() {
            let line = line.split('#').next().unwrap_or_default();
            if !line.trim().is_empty() {
                tokens.push(token(line).map_err(|why| TokenError { line: index + 1, why })?);
            }
        }
        if tokens.is_empty() {
            return Err(TokenError { line: 1, why: "there are none, so nobody could come" });
        }
        Ok(Self(tokens))
    }

    /// Who comes with a request.
    pub(crate) fn holder(&self, headers: &HeaderMap) -> Option<&Holder> {
        let mut given = headers.get_all(AUTHORIZATION).iter();
        let (Some(given), None) = (given.next(), given.next()) else { return None };
        let (scheme, token) = given.to_str().ok()?.split_once(' ')?;
        let hash = blake3::hash(token.trim().as_bytes());
        let mut known = self.0.iter().filter(|_| scheme.eq_ignore_ascii_case("bearer"));
        known.find(|(token, _)| *token == hash).map(|(_, holder)| holder)
    }
}

fn token(line: &str) -> Result<(blake3::Hash, Holder), &'static str> {
    let mut words = line.split_whitespace();
    let (Some(role), Some(tenant), Some(token), None) = (words.next(), words.next(), words.next(), words.next()) else {
        return Err("it has not three words");
    };
    let role = match role {
        "customer" => Role::Customer,
        "clerk" => Role::Clerk,
        "auditor" => Role::Auditor,
        _ => return Err("the role is `customer`, `clerk` or `auditor`"),
    };
    let tenant = match tenant {
        "*" => None,
        name if is_tenant(name) => Some(name.to_owned()),
        _ => return Err("a tenant has small letters, digits and `-`"),
    };
    if token.len() < SHORTEST {
        return Err("a token has 16 characters at least");
    }
    Ok((blake3::hash(token.as_bytes()), Holder { role, tenant }))
}

fn is_tenant(name: &str) -> bool {
    let is_of = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=64).contains(&name.len()) && name.bytes().all(is_of)
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tokens({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

    use super::*;

    const TOKENS: &str = "customer acme 0123456789abcdef # Ann\nauditor * fedcba9876543210;";

    fn holder(headers: &[&str]) -> Option<Holder> {
        let headers = headers.iter().map(|value| (AUTHORIZATION, value.parse().unwrap())).collect();
        Tokens::parse(TOKENS).unwrap().holder(&headers).cloned()
    }

    #[test]
    fn who_has_a_token_is_known_and_nobody_else() {
        let ann = Holder { role: Role::Customer, tenant: Some("acme".to_owned()) };
        assert_eq!(holder(&["Bearer 0123456789abcdef"]), Some(ann.clone()));
        assert_eq!(holder(&["bearer  0123456789abcdef"]), Some(ann));
        assert_eq!(holder(&["Bearer fedcba9876543210"]).unwrap().tenant, None);
        let wrong: [&[&str]; 7] = [
            &[],
            &["Bearer"],
            &["Bearer "],
            &["Basic 0123456789abcdef"],
            &["Bearer 0123456789abcde"],
            &["Bearer 0123456789abcdef0"],
            &["Bearer 0123456789abcdef", "Bearer fedcba9876543210"],
        ];
        for headers in wrong {
            assert_eq!(holder(headers), None, "{headers:?}");
        }
    }

    #[test]
    fn an_order_is_of_the_tenant_before_its_first_dot() {
        let of = |tenant: Option<&str>| Holder { role: Role::Clerk, tenant: tenant.map(str::to_owned) };
        assert!(of(Some("acme")).is_theirs("acme.17") && of(None).is_theirs("acme.17"));
        for order in ["bolt.17", "acme", "acme.", ".17", "acmes.17", "ACME.17", "acme .17", " acme.17", ""] {
            assert!(!of(Some("acme")).is_theirs(order), "{order}");
        }
        assert!(!of(None).is_theirs("no dot") && !of(None).is_theirs("../.17"));
    }

    #[test]
    fn what_is_no_token_is_told_without_the_token() {
        for (text, line) in [
            ("", 1),
            ("# nobody", 1),
            ("customer acme", 1),
            ("\nboss acme 0123456789abcdef", 2),
            ("clerk Acme 0123456789abcdef", 1),
            ("clerk acme 0123456789abcde", 1),
            ("clerk acme 0123456789abcdef more", 1),
        ] {
            let error = Tokens::parse(text).unwrap_err();
            assert_eq!(error.line, line, "{text:?}");
            assert!(!error.to_string().contains("0123456789"), "{error}");
        }
    }
}
