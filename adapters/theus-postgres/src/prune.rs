//! Where the journal is pruned, entries that have piled up become one with the whole value again, in the same transaction: a map whose
//! entries are written each by itself would keep a row for each key that it ever had.

use theus_core::store::{Entry, Field};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row};

use crate::values::limit;

pub(crate) const PRUNE: &str = "SELECT code, at_step FROM prune($1, $2, $3)";

/// So many entries are not worth the writing of a whole value.
const MANY: usize = 1_024;

/// Fields of the session with that many entries, and with as many as the head of their whole value says that it has.
const CROWDED: &str = "SELECT f.session, f.path, f.value, \
    ARRAY(SELECT key FROM entry e WHERE e.session = f.session AND sha256(e.path) = sha256(f.path) ORDER BY key), \
    ARRAY(SELECT value FROM entry e WHERE e.session = f.session AND sha256(e.path) = sha256(f.path) ORDER BY key) \
    FROM session s JOIN field f ON f.session = s.id WHERE sha256(s.name) = sha256($1) AND greatest($2, CASE \
        WHEN get_byte(f.value || '\\x80', 0) = 222 THEN ('x' || encode(substr(f.value, 2, 2), 'hex'))::bit(16)::int::bigint \
        WHEN get_byte(f.value || '\\x80', 0) = 223 THEN ('x' || encode(substr(f.value, 2, 4), 'hex'))::bit(32)::bigint \
        ELSE 0 END) \
        <= (SELECT count(*) FROM entry e WHERE e.session = f.session AND sha256(e.path) = sha256(f.path))";

/// What it is asked with are the session's name, the step and the base.
pub(crate) async fn prune(client: &mut Client, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Error> {
    let transaction = client.transaction().await?;
    // From here on nobody else writes the session.
    let rows = transaction.query(PRUNE, parameters).await?;
    let Some(name) = parameters.first() else { return Ok(rows) };
    for row in transaction.query(CROWDED, &[*name, &limit(MANY)]).await? {
        let (session, path, value): (i64, Vec<u8>, Vec<u8>) = (row.get(0), row.get(1), row.get(2));
        let (keys, values): (Vec<Vec<u8>>, Vec<Option<Vec<u8>>>) = (row.get(3), row.get(4));
        let entries = keys.into_iter().zip(values).map(|(key, value)| Entry { key, value }).collect();
        let field = Field { path: String::new(), value, entries, written: true };
        // One that is no map cannot be read either: whoever reads it is told so.
        let Ok(whole) = field.merged() else { continue };
        let sql = "UPDATE field SET value = $3 WHERE session = $1 AND sha256(path) = sha256($2)";
        transaction.execute(sql, &[&session, &path, &whole]).await?;
        let sql = "DELETE FROM entry WHERE session = $1 AND sha256(path) = sha256($2)";
        transaction.execute(sql, &[&session, &path]).await?;
    }
    transaction.commit().await?;
    Ok(rows)
}
