//! Rows that nobody asks for in the transaction that writes them, written together at its end.
//!
//! On PostgreSQL a statement costs its own beginning and end whatever it does, mostly more than the row it writes. A batch
//! of posts writes the same few rows for each; so they are kept until the end of the batch and written by one statement a
//! table. A statement that names a table with rows waiting comes after them, as does all that leaves the organization, so
//! that no command can tell. Where each outcome is waited for, and on SQLite, they are written at once.

use crate::value::{Owned, Value};
use std::error::Error as StdError;
use tokio_postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};

/// A row that may be written late. `$1` is the tenant in both texts.
#[derive(Debug)]
pub(crate) struct Late {
    /// The table. A statement that names it, or another whose name begins or ends with it, waits for the rows.
    pub(crate) table: &'static str,
    /// Rows of a lower rank are written first: those of a higher one may refer to them.
    pub(crate) rank: u8,
    /// Writes one row.
    pub(crate) one: &'static str,
    /// Writes any number of rows on PostgreSQL: from `$2` on each value is an array with one for each row.
    pub(crate) many: &'static str,
}

/// Rows of one kind that wait.
struct Waiting {
    kind: &'static Late,
    tenant: Owned,
    /// The values by column, the tenant left out.
    columns: Vec<Vec<Owned>>,
}

/// What waits on a connection.
#[derive(Default)]
pub(crate) struct Rows(Vec<Waiting>);

impl Rows {
    /// Lets a row wait. The first value is the tenant, the same for all that wait at a time.
    pub(crate) fn add(&mut self, kind: &'static Late, values: &[Value<'_>]) {
        let Some((tenant, values)) = values.split_first() else { return };
        let at = self.0.iter().position(|w| std::ptr::eq(w.kind, kind)).unwrap_or_else(|| {
            let columns = values.iter().map(|_| Vec::new()).collect();
            self.0.push(Waiting { kind, tenant: tenant.into(), columns });
            self.0.len() - 1
        });
        for (column, value) in self.0[at].columns.iter_mut().zip(values) {
            column.push(value.into());
        }
    }

    /// Whether a statement has to come after what waits.
    pub(crate) fn concern(&self, sql: &str) -> bool {
        self.0.iter().any(|w| sql.contains(w.kind.table))
    }

    /// Takes all that waits: statements with their values, in the order in which they have to run.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = (&'static str, Vec<Bound>)> + use<> {
        let mut all = std::mem::take(&mut self.0);
        all.sort_by_key(|w| w.kind.rank);
        all.into_iter().map(|Waiting { kind, tenant, columns }| {
            let alone = columns.iter().all(|column| column.len() == 1);
            let tenant = std::iter::once(Bound::One(tenant));
            if alone {
                (kind.one, tenant.chain(columns.into_iter().flatten().map(Bound::One)).collect())
            } else {
                (kind.many, tenant.chain(columns.into_iter().map(Bound::Each)).collect())
            }
        })
    }

    /// Forgets what waits: its transaction ended without it.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// What is bound to a statement that was put off.
#[derive(Debug)]
pub(crate) enum Bound {
    /// A value.
    One(Owned),
    /// An array.
    Each(Vec<Owned>),
}

impl ToSql for Bound {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        let each = match self {
            Self::One(value) => return value.to_sql(ty, out),
            Self::Each(each) => each,
        };
        // An array of values that say themselves how they are written.
        each.as_slice().to_sql(ty, out)
    }
    fn accepts(_: &Type) -> bool {
        true
    }
    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;

    static ROOT: Late = Late { table: "root", rank: 0, one: "one root", many: "many roots" };
    static LEAF: Late = Late { table: "root_leaf", rank: 1, one: "one leaf", many: "many leaves" };

    fn values(n: i64) -> [Value<'static>; 3] {
        [Value::Int(1), Value::Int(n), Value::Null]
    }

    #[test]
    fn what_is_referred_to_is_written_first_and_one_row_alone_as_one() {
        let mut rows = Rows::default();
        rows.add(&LEAF, &values(10));
        rows.add(&ROOT, &values(20));
        rows.add(&LEAF, &values(11));
        let taken: Vec<(&str, String)> = rows.take().map(|(sql, args)| (sql, format!("{args:?}"))).collect();
        assert_eq!(
            taken,
            [
                ("one root", "[One(Int(1)), One(Int(20)), One(Null)]".to_owned()),
                ("many leaves", "[One(Int(1)), Each([Int(10), Int(11)]), Each([Null, Null])]".to_owned()),
            ]
        );
        assert_eq!(rows.take().count(), 0, "what was taken waits no more");
    }

    #[test]
    fn a_statement_that_could_tell_comes_after() {
        let mut rows = Rows::default();
        assert!(!rows.concern("SELECT 1 FROM root"));
        rows.add(&ROOT, &values(1));
        assert!(rows.concern("SELECT 1 FROM root") && rows.concern("DELETE FROM root_leaf"));
        assert!(!rows.concern("SELECT 1 FROM branch"));
        rows.clear();
        assert!(!rows.concern("SELECT 1 FROM root"));
    }
}
