//! From text to the tree of the `cel` crate, within bounds.

use std::cell::Cell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use cel::IdedExpr;
use cel::common::ast::{EntryExpr, Expr, SourceInfo};

use super::bounds;
use super::problem::ExpressionProblem;
use super::token::{self, Token, TokenKind};

/// What the parser and the check need at most for an expression within the bounds, with much to spare: a floor of
/// brackets takes a dozen calls of the parser.
const STACK: usize = 16 << 20;

thread_local! {
    /// Whether this thread has the stack that an expression needs, beside what its own work does.
    static HAS_ROOM: Cell<bool> = const { Cell::new(false) };
}

/// Does work on a stack on which any number of expressions can be compiled, one after the other: a thread for each would cost
/// more than it compiles.
pub(in crate::workflow) fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    let mut work = Some(work);
    let on_thread = || {
        HAS_ROOM.set(true);
        work.take().map(|work| work())
    };
    let done = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("theus-load".to_owned()).stack_size(2 * STACK);
        thread.spawn_scoped(scope, on_thread).map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    match done {
        Ok(done) => done,
        // Where there is no such thread, what the work does with expressions says so.
        Err(_) => work.take().map(|work| work()),
    }
}

/// The tree of an expression, and where its parts stand.
pub(super) struct Parsed<'t> {
    pub(super) text: &'t str,
    pub(super) root: IdedExpr,
    tokens: Vec<Token>,
    info: SourceInfo,
}

/// Parses `text` and hands the tree to `then`, on a stack of its own: however little the caller has left, it is enough.
pub(super) fn with_parsed<T: Send>(
    text: &str,
    then: impl FnOnce(&Parsed<'_>) -> Result<T, ExpressionProblem> + Send,
) -> Result<T, ExpressionProblem> {
    bounds::length(text)?;
    let tokens = token::tokens(text)?;
    if tokens.is_empty() {
        return Err(ExpressionProblem::new(0..text.len(), "the expression is empty"));
    }
    bounds::depth(text, &tokens)?;
    let failed = || ExpressionProblem::new(0..text.len(), "the expression cannot be parsed");
    if HAS_ROOM.get() {
        let work = AssertUnwindSafe(|| then(&parse(text, tokens)?));
        return catch_unwind(work).map_err(|_| failed())?;
    }
    std::thread::scope(|scope| {
        let work = || then(&parse(text, tokens)?);
        let thread = std::thread::Builder::new().name("theus-expression".to_owned()).stack_size(STACK);
        let thread = thread.spawn_scoped(scope, work).map_err(|error| failed().help(error.to_string()))?;
        thread.join().map_err(|_| failed())?
    })
}

fn parse(text: &str, tokens: Vec<Token>) -> Result<Parsed<'_>, ExpressionProblem> {
    // Without the standard macros: `has`, `all` and the others stay calls, which the check knows.
    match cel::Env::default().parser().enable_optional_syntax(false).parse_with_source_info(text) {
        Ok((root, info)) => Ok(Parsed { text, root, tokens, info }),
        Err(errors) => Err(syntax_error(text, &tokens, errors.errors.first())),
    }
}

/// The crate's messages name the rules of its grammar: what helps is the word that it stopped at.
fn syntax_error(text: &str, tokens: &[Token], error: Option<&cel::ParseError>) -> ExpressionProblem {
    let (line, column) = error.map_or((1, 1), |error| error.pos);
    let number = |at: isize| usize::try_from(at - 1).unwrap_or(0);
    let before: usize = text.split_inclusive('\n').take(number(line)).map(str::len).sum();
    let rest = text.get(before..).unwrap_or_default();
    let offset = before + rest.char_indices().nth(number(column)).map_or(rest.len(), |(at, _)| at);
    let Some(found) = tokens.iter().position(|token| token.range.end > offset) else {
        let last = tokens.last().map_or(0..0, |token| token.range.clone());
        return ExpressionProblem::new(last, "the expression ends too early");
    };
    let range = tokens[found].range.clone();
    let word = text.get(range.clone()).unwrap_or_default();
    let detail = error.map(|error| error.msg.as_str()).unwrap_or_default();
    if (detail.contains("invalid") || detail.contains("recognition"))
        && matches!(tokens[found].kind, TokenKind::Number | TokenKind::Text)
    {
        let kind = if tokens[found].kind == TokenKind::Number { "number" } else { "text" };
        return ExpressionProblem::new(range, format!("`{word}` is not a {kind} that can be read"));
    }
    if detail.contains("reserved identifier") {
        return ExpressionProblem::new(range, format!("`{word}` is a reserved word and names nothing"));
    }
    let problem = ExpressionProblem::new(range, format!("`{word}` is not expected here"));
    match word.to_ascii_lowercase().as_str() {
        "and" => problem.help("write `&&`"),
        "or" => problem.help("write `||`"),
        "is" => problem.help("write `==`"),
        "==" | "!=" | "<" | "<=" | ">" | ">=" => problem.help("put `&&` between two comparisons"),
        _ if found > 0 && text.get(tokens[found - 1].range.clone()) == Some("not") => {
            problem.help("write `!` for \"not\"")
        }
        _ => problem,
    }
}

impl Parsed<'_> {
    /// What a word of the text says.
    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).and_then(|token| self.text.get(token.range.clone())).unwrap_or_default()
    }

    /// The word that a node was made of: a literal, a name, an operator, a dot, an opening bracket.
    fn token(&self, expr: &IdedExpr) -> Option<usize> {
        let (start, _) = self.info.offset_for(expr.id)?;
        self.tokens.iter().position(|token| token.range.start == start as usize)
    }

    /// The bracket that closes the one at `open`.
    fn closing(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        for (at, token) in self.tokens.iter().enumerate().skip(open) {
            match token.kind {
                TokenKind::Open => depth += 1,
                TokenKind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return at;
            }
        }
        open
    }

    /// The name that a node selects or calls, without what stands before it.
    pub(super) fn name_span(&self, expr: &IdedExpr) -> Range<usize> {
        let name = match (&expr.expr, self.token(expr)) {
            (Expr::Select(_), Some(dot)) => dot + 1,
            (Expr::Call(_), Some(open)) if self.word(open) == "(" => open.saturating_sub(1),
            (_, Some(at)) => at,
            (_, None) => return 0..self.text.len(),
        };
        self.tokens.get(name).map_or(0..self.text.len(), |token| token.range.clone())
    }

    /// All of a node, from its first word to its last.
    pub(super) fn span(&self, expr: &IdedExpr) -> Range<usize> {
        let Some(at) = self.token(expr) else { return 0..self.text.len() };
        let own = self.name_span(expr);
        let closed = || self.tokens.get(self.closing(at)).map_or(own.end, |token| token.range.end);
        let around = |parts: &mut dyn Iterator<Item = &IdedExpr>| {
            parts
                .map(|part| self.span(part))
                .fold(own.clone(), |all, part| all.start.min(part.start)..all.end.max(part.end))
        };
        match &expr.expr {
            Expr::Select(select) => around(&mut std::iter::once(&*select.operand)),
            Expr::Call(call) => {
                let all = around(&mut call.target.as_deref().into_iter().chain(&call.args));
                // A call or an index ends with its bracket.
                if matches!(self.word(at), "(" | "[") { all.start..closed() } else { all }
            }
            Expr::List(_) | Expr::Map(_) | Expr::Struct(_) => own.start..closed(),
            Expr::Literal(_) if at > 0 && self.is_sign(at - 1) => self.tokens[at - 1].range.start..own.end,
            _ => own,
        }
    }

    /// Whether the minus at this place belongs to the number after it.
    fn is_sign(&self, at: usize) -> bool {
        let begins = at == 0
            || self.tokens.get(at - 1).is_some_and(|token| matches!(token.kind, TokenKind::Open | TokenKind::Sign));
        self.word(at) == "-" && begins && self.tokens.get(at + 1).is_some_and(|token| token.kind == TokenKind::Number)
    }
}

/// The entries of a map as it is written: keys and values.
pub(super) fn entries(map: &cel::common::ast::MapExpr) -> impl Iterator<Item = (&IdedExpr, &IdedExpr)> {
    map.entries.iter().filter_map(|entry| match &entry.expr {
        EntryExpr::MapEntry(entry) => Some((&entry.key, &entry.value)),
        EntryExpr::StructField(_) => None,
    })
}
