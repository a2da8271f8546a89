//! A number for the tokens of a body, by which a replay knows whether it is the one that made a step. Comments, layout and places are
//! none of it.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// FNV-1a: the same on every machine and with every compiler.
struct Hash(u64);

impl Hash {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                // A macro's arguments come in groups that are not written.
                TokenTree::Group(group) => {
                    let (open, close): (&[u8], &[u8]) = match group.delimiter() {
                        Delimiter::Parenthesis => (b"(", b")"),
                        Delimiter::Brace => (b"{", b"}"),
                        Delimiter::Bracket => (b"[", b"]"),
                        Delimiter::None => (b"", b""),
                    };
                    self.add(open);
                    self.tokens(group.stream());
                    self.add(close);
                }
                token => {
                    self.add(token.to_string().as_bytes());
                    self.add(&[0]);
                }
            }
        }
    }
}

pub(super) fn fingerprint(tokens: TokenStream) -> u32 {
    let mut hash = Hash(0xcbf2_9ce4_8422_2325);
    hash.tokens(tokens);
    // Both halves: the upper one has what the multiplication has carried.
    let [a, b, c, d, e, f, g, h] = hash.0.to_le_bytes();
    u32::from_le_bytes([a ^ e, b ^ f, c ^ g, d ^ h])
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn what_is_written_otherwise_is_another() {
        let bodies = [
            quote!({}),
            quote!({ a + b }),
            quote!({ a - b }),
            quote!({ ab }),
            quote!({ a b }),
            quote!({ (a) b }),
            quote!({ (a b) }),
            quote!({ [a b] }),
            quote!({ "a b" }),
            quote!({ 'a' }),
            quote!({ a += 1 }),
            quote!({ a += 2 }),
        ];
        let mut all: Vec<u32> = bodies.iter().cloned().map(fingerprint).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), bodies.len());
    }

    /// Kept in stores: it must not change from one version of this crate to the next.
    #[test]
    fn the_same_body_has_the_same_for_ever() {
        let body: TokenStream = "{ // A remark.\n  *ctx.domain.total += amount; }".parse().unwrap_or_default();
        let same = fingerprint(quote!({
            *ctx.domain.total += amount;
        }));
        assert_eq!((fingerprint(body), same), (1_522_516_746, 1_522_516_746));
    }
}
