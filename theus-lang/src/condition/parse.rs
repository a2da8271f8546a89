//! From the words of an expression to its tree: a parser by the powers with which operators bind (Pratt's), within bounds that
//! were looked at before, so that it needs little stack.

use std::ops::Range;

use super::bounds;
use super::literal;
use super::problem::ExpressionProblem;
use super::syntax::{Binary, Call, Expr, ExprKind, Literal};
use super::token::{self, Token, TokenKind};

/// Names that CEL keeps for later.
const RESERVED: [&str; 17] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "namespace",
    "package",
    "return",
    "var",
    "void",
    "while",
];

/// Words that are no names.
const KEYWORDS: [&str; 4] = ["in", "true", "false", "null"];

/// How strongly what stands between two values binds them; what binds more strongly is done first.
const CHOICE: u8 = 1;
const ANY: u8 = 2;
const ALL: u8 = 3;
const RELATION: u8 = 4;
const SUM: u8 = 5;
const PRODUCT: u8 = 6;

/// The tree of a text.
pub(super) fn parse(text: &str) -> Result<Expr, ExpressionProblem> {
    bounds::length(text)?;
    let tokens = token::tokens(text)?;
    if tokens.is_empty() {
        return Err(ExpressionProblem::new(0..text.len(), "the expression is empty"));
    }
    bounds::depth(text, &tokens)?;
    let mut parser = Parser { text, tokens: &tokens, at: 0 };
    let root = parser.expression(CHOICE)?;
    match parser.tokens.get(parser.at) {
        None => Ok(root),
        Some(_) => Err(parser.unexpected()),
    }
}

struct Parser<'t> {
    text: &'t str,
    tokens: &'t [Token],
    /// The word that comes next.
    at: usize,
}

type Parsed = Result<Expr, ExpressionProblem>;

/// What an operator does with the two values beside it.
enum Infix {
    All,
    Any,
    Choose,
    Binary(Binary),
}

fn infix(word: &str) -> Option<(Infix, u8)> {
    use Binary as B;
    Some(match word {
        "?" => (Infix::Choose, CHOICE),
        "||" => (Infix::Any, ANY),
        "&&" => (Infix::All, ALL),
        "==" => (Infix::Binary(B::Equal), RELATION),
        "!=" => (Infix::Binary(B::NotEqual), RELATION),
        "<" => (Infix::Binary(B::Less), RELATION),
        "<=" => (Infix::Binary(B::LessOrEqual), RELATION),
        ">" => (Infix::Binary(B::Greater), RELATION),
        ">=" => (Infix::Binary(B::GreaterOrEqual), RELATION),
        "in" => (Infix::Binary(B::In), RELATION),
        "+" => (Infix::Binary(B::Add), SUM),
        "-" => (Infix::Binary(B::Subtract), SUM),
        "*" => (Infix::Binary(B::Multiply), PRODUCT),
        "/" => (Infix::Binary(B::Divide), PRODUCT),
        "%" => (Infix::Binary(B::Remainder), PRODUCT),
        _ => return None,
    })
}

impl<'t> Parser<'t> {
    fn word_at(&self, at: usize) -> &'t str {
        self.tokens.get(at).and_then(|token| self.text.get(token.range.clone())).unwrap_or_default()
    }

    /// The next word; empty at the end. A text is no word: what is in it is nothing to the parser.
    fn word(&self) -> &'t str {
        match self.tokens.get(self.at) {
            Some(token) if token.kind != TokenKind::Text => self.word_at(self.at),
            _ => "",
        }
    }

    /// Takes the next word, if it is this one.
    fn take(&mut self, word: &str) -> Option<Range<usize>> {
        if self.word() != word {
            return None;
        }
        let range = self.tokens.get(self.at)?.range.clone();
        self.at += 1;
        Some(range)
    }

    fn expect(&mut self, word: &str) -> Result<Range<usize>, ExpressionProblem> {
        self.take(word).ok_or_else(|| self.unexpected())
    }

    /// What is there instead of what would go on.
    fn unexpected(&self) -> ExpressionProblem {
        let Some(found) = self.tokens.get(self.at) else {
            let last = self.tokens.last().map_or(0..0, |token| token.range.clone());
            return ExpressionProblem::new(last, "the expression ends too early");
        };
        let word = self.word_at(self.at);
        let before = self.at.checked_sub(1).map(|before| self.word_at(before));
        let problem = ExpressionProblem::new(found.range.clone(), format!("`{word}` is not expected here"));
        match word.to_ascii_lowercase().as_str() {
            "and" => problem.help("write `&&`"),
            "or" => problem.help("write `||`"),
            "is" => problem.help("write `==`"),
            "==" | "!=" | "<" | "<=" | ">" | ">=" => problem.help("put `&&` between two comparisons"),
            "?" if self
                .at
                .checked_sub(1)
                .is_some_and(|before| !matches!(self.tokens[before].kind, TokenKind::Open | TokenKind::Sign)) =>
            {
                problem.help("put the choice within into brackets")
            }
            "*" if before == Some("[") => problem.help("each element is asked by a function: `list.all(x, x > 0)`"),
            _ if before == Some("not") => problem.help("write `!` for \"not\""),
            _ => problem,
        }
    }

    /// A value with all that follows it and binds at least so strongly.
    fn expression(&mut self, least: u8) -> Parsed {
        let mut left = self.prefixed()?;
        while let Some((operator, power)) = infix(self.word()).filter(|(_, power)| *power >= least) {
            let word = self.next_range();
            self.at += 1;
            left = match operator {
                // The only one that goes to the right: behind the colon a whole expression follows.
                Infix::Choose => {
                    let then = self.expression(ANY)?;
                    self.expect(":")?;
                    let otherwise = self.expression(CHOICE)?;
                    let span = left.span.start..otherwise.span.end;
                    Expr { kind: ExprKind::Choose(Box::new([left, then, otherwise])), span, word }
                }
                Infix::All => joined(left, self.expression(power + 1)?, word, true),
                Infix::Any => joined(left, self.expression(power + 1)?, word, false),
                Infix::Binary(binary) => {
                    let right = self.expression(power + 1)?;
                    let span = left.span.start..right.span.end;
                    Expr { kind: ExprKind::Binary(binary, Box::new([left, right])), span, word }
                }
            };
        }
        Ok(left)
    }

    /// A value with the signs before it. They are taken in a loop: there can be many.
    fn prefixed(&mut self) -> Parsed {
        let mut signs = Vec::new();
        loop {
            match self.word() {
                // The minus before a number belongs to it: the least integer has no positive of its own.
                "-" if self.tokens.get(self.at + 1).is_some_and(|next| next.kind == TokenKind::Number) => break,
                sign @ ("!" | "-") => signs.push((sign, self.next_range())),
                _ => break,
            }
            self.at += 1;
        }
        let mut value = self.value()?;
        for (sign, word) in signs.into_iter().rev() {
            let span = word.start..value.span.end;
            let make = if sign == "!" { ExprKind::Not } else { ExprKind::Negate };
            value = Expr { kind: make(Box::new(value)), span, word };
        }
        Ok(value)
    }

    /// A value with its fields, elements and calls.
    fn value(&mut self) -> Parsed {
        let mut value = self.primary()?;
        loop {
            if self.take(".").is_some() {
                let name = self.name()?;
                value = if self.word() == "(" {
                    let (arguments, end) = self.arguments()?;
                    let span = value.span.start..end;
                    let call = Call { target: Some(Box::new(value)), name: self.said(&name), arguments };
                    Expr { kind: ExprKind::Call(call), span, word: name }
                } else {
                    let span = value.span.start..name.end;
                    Expr { kind: ExprKind::Select(Box::new(value), self.said(&name)), span, word: name }
                };
            } else if let Some(open) = self.take("[") {
                let index = self.expression(CHOICE)?;
                let end = self.expect("]")?.end;
                let span = value.span.start..end;
                value = Expr { kind: ExprKind::Index(Box::new(value), Box::new(index)), span, word: open };
            } else if self.word() == "{" && matches!(value.kind, ExprKind::Name(_) | ExprKind::Select(..)) {
                let open = self.next_range();
                self.entries()?;
                let span = value.span.start..self.end_before();
                value = Expr { kind: ExprKind::Message, span, word: open };
            } else {
                return Ok(value);
            }
        }
    }

    fn primary(&mut self) -> Parsed {
        let Some(token) = self.tokens.get(self.at) else { return Err(self.unexpected()) };
        let range = token.range.clone();
        let word = self.word_at(self.at);
        match token.kind {
            TokenKind::Number => self.number(false),
            TokenKind::Sign if word == "-" => {
                self.at += 1;
                self.number(true)
            }
            TokenKind::Text => {
                self.at += 1;
                let unread =
                    || ExpressionProblem::new(range.clone(), format!("`{word}` is not a text that can be read"));
                literal::text(word).map(|literal| leaf(ExprKind::Literal(literal), range.clone())).ok_or_else(unread)
            }
            TokenKind::Name => self.named(word, range),
            TokenKind::Open if word == "(" => {
                self.at += 1;
                let mut inner = self.expression(CHOICE)?;
                inner.span = range.start..self.expect(")")?.end;
                Ok(inner)
            }
            TokenKind::Open if word == "[" => {
                self.at += 1;
                let elements = self.list("]", Self::element)?;
                Ok(Expr { kind: ExprKind::List(elements), span: range.start..self.end_before(), word: range })
            }
            TokenKind::Open => {
                let entries = self.entries()?;
                Ok(Expr { kind: ExprKind::Map(entries), span: range.start..self.end_before(), word: range })
            }
            TokenKind::Close | TokenKind::Sign => Err(self.unexpected()),
        }
    }

    /// What begins with a word: a name, a call, `true`, `false`, `null`.
    fn named(&mut self, word: &str, range: Range<usize>) -> Parsed {
        let literal = match word {
            "true" => Some(Literal::Bool(true)),
            "false" => Some(Literal::Bool(false)),
            "null" => Some(Literal::Null),
            // `in('STATE')`; between two values it is an operator, and is not looked for here.
            "in" if self.word_at(self.at + 1) != "(" => return Err(self.unexpected()),
            _ if RESERVED.contains(&word) => {
                return Err(ExpressionProblem::new(range, format!("`{word}` is a reserved word and names nothing")));
            }
            _ => None,
        };
        self.at += 1;
        if let Some(literal) = literal {
            return Ok(leaf(ExprKind::Literal(literal), range));
        }
        if self.word() != "(" {
            return Ok(leaf(ExprKind::Name(word.to_owned()), range));
        }
        let (arguments, end) = self.arguments()?;
        let call = Call { target: None, name: word.to_owned(), arguments };
        Ok(Expr { kind: ExprKind::Call(call), span: range.start..end, word: range })
    }

    /// A number, of which the minus was taken.
    fn number(&mut self, is_negative: bool) -> Parsed {
        let end = self.next_range();
        let start = if is_negative { self.at.saturating_sub(1) } else { self.at };
        let span = self.tokens.get(start).map_or(end.start, |token| token.range.start)..end.end;
        let word = self.word_at(self.at);
        self.at += 1;
        let unread = || ExpressionProblem::new(end.clone(), format!("`{word}` is not a number that can be read"));
        literal::number(word, is_negative).map(|literal| leaf(ExprKind::Literal(literal), span)).ok_or_else(unread)
    }

    /// A name behind a dot: words that CEL keeps for later are names there.
    fn name(&mut self) -> Result<Range<usize>, ExpressionProblem> {
        match self.tokens.get(self.at) {
            Some(token) if token.kind == TokenKind::Name && !KEYWORDS.contains(&self.word()) => {
                self.at += 1;
                Ok(token.range.clone())
            }
            _ => Err(self.unexpected()),
        }
    }

    /// What stands between the brackets of a call, and where they end.
    fn arguments(&mut self) -> Result<(Vec<Expr>, usize), ExpressionProblem> {
        self.expect("(")?;
        if let Some(close) = self.take(")") {
            return Ok((Vec::new(), close.end));
        }
        let mut arguments = vec![self.expression(CHOICE)?];
        while self.take(",").is_some() {
            arguments.push(self.expression(CHOICE)?);
        }
        Ok((arguments, self.expect(")")?.end))
    }

    fn entries(&mut self) -> Result<Vec<(Expr, Expr)>, ExpressionProblem> {
        self.expect("{")?;
        self.list("}", Self::entry)
    }

    fn element(&mut self) -> Parsed {
        self.expression(CHOICE)
    }

    fn entry(&mut self) -> Result<(Expr, Expr), ExpressionProblem> {
        let key = self.expression(CHOICE)?;
        self.expect(":")?;
        Ok((key, self.expression(CHOICE)?))
    }

    /// Parts with commas between them, up to the bracket that ends them; before that there may be one more.
    fn list<T>(
        &mut self,
        close: &str,
        part: fn(&mut Self) -> Result<T, ExpressionProblem>,
    ) -> Result<Vec<T>, ExpressionProblem> {
        let mut parts = Vec::new();
        while self.word() != close && self.word() != "," {
            parts.push(part(self)?);
            if self.word() != close {
                self.expect(",")?;
                if self.word() == "," {
                    return Err(self.unexpected());
                }
            }
        }
        if parts.is_empty() {
            self.take(",");
        }
        self.expect(close)?;
        Ok(parts)
    }

    fn said(&self, range: &Range<usize>) -> String {
        self.text.get(range.clone()).unwrap_or_default().to_owned()
    }

    fn next_range(&self) -> Range<usize> {
        self.tokens.get(self.at).map_or(self.text.len()..self.text.len(), |token| token.range.clone())
    }

    /// Where the word ends that was taken last.
    fn end_before(&self) -> usize {
        self.at.checked_sub(1).and_then(|before| self.tokens.get(before)).map_or(0, |token| token.range.end)
    }
}

const fn leaf(kind: ExprKind, range: Range<usize>) -> Expr {
    let word = range.start..range.end;
    Expr { kind, span: range, word }
}

/// `&&` and `||` may be many, one after the other: they are one part of the tree, not one on top of the other.
fn joined(left: Expr, right: Expr, word: Range<usize>, is_all: bool) -> Expr {
    let span = left.span.start..right.span.end;
    let mut parts = match left.kind {
        ExprKind::All(parts) if is_all => parts,
        ExprKind::Any(parts) if !is_all => parts,
        kind => vec![Expr { kind, ..left }],
    };
    parts.push(right);
    Expr { kind: if is_all { ExprKind::All(parts) } else { ExprKind::Any(parts) }, span, word }
}
