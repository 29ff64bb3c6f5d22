//! Everything a database holds, row by row, in a form that neither engine's files know: what backup, restore and moving
//! between the engines stand on.
//!
//! A [`Source`] reads in one snapshot and in one order, the same on both engines, so that equal contents have equal
//! [`Contents`]. A [`Target`] takes rows, checks each against the [`Shape`], and shows nothing of them before its commit.
//! What rows mean and whether they may be seen is nobody's business here; the search index is not copied but made anew.

mod record;
mod shape;
mod source;
mod target;

pub use record::{Field, decode, encode};
pub use shape::{Column, Kind, Shape, Table};
pub use source::Source;
pub use target::{Kept, Target};

use portico_types::{Error, Result};
use sha2::{Digest, Sha256};

/// Whoever takes the rows of a copy.
pub trait Sink {
    /// Rows of `table` follow, of the organization `tenant`, or of the instance where it is 0.
    fn begin(&mut self, tenant: i64, table: &Table) -> Result<()>;
    /// One row of the table begun last, its fields as its columns.
    fn row(&mut self, row: &[Field]) -> Result<()>;
}

/// The rows of one table of one organization, counted and hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The organization's row key; 0 for what belongs to the instance.
    pub tenant: i64,
    /// The table.
    pub table: String,
    /// How many rows.
    pub rows: u64,
    /// SHA-256 of the table's columns and of its rows in their order.
    pub sha256: [u8; 32],
}

/// What a database holds: the sections that have rows, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents(pub Vec<Section>);

impl Contents {
    /// One hash of everything. Two databases with the same one hold the same, whatever their engines.
    pub fn sha256(&self) -> [u8; 32] {
        let mut all = Sha256::new();
        for s in &self.0 {
            all.update(s.tenant.to_be_bytes());
            all.update((s.table.len() as u64).to_be_bytes());
            all.update(&s.table);
            all.update(s.rows.to_be_bytes());
            all.update(s.sha256);
        }
        all.finalize().into()
    }

    /// Rows in all.
    pub fn rows(&self) -> u64 {
        self.0.iter().map(|s| s.rows).sum()
    }

    /// Rows of a table, of all organizations.
    pub fn rows_of(&self, table: &str) -> u64 {
        self.0.iter().filter(|s| s.table == table).map(|s| s.rows).sum()
    }

    /// Fails with the first section in which two differ; `of` says whose the other is.
    pub fn must_equal(&self, other: &Self, of: &str) -> Result<()> {
        if self == other {
            return Ok(());
        }
        let differs = self.0.iter().zip(&other.0).find(|(a, b)| a != b);
        Err(Error::internal(match differs {
            Some((a, b)) => format!(
                "{of} differs: {} of organization {} has {} rows, expected {} of {}; or their contents differ",
                b.table, b.tenant, b.rows, a.rows, a.table
            ),
            None => format!("{of} differs: {} tables have rows, expected {}", other.0.len(), self.0.len()),
        }))
    }
}

/// Counts and hashes rows on their way.
#[derive(Default)]
pub struct Tally {
    done: Contents,
    open: Option<(i64, String, u64, Sha256)>,
    bytes: Vec<u8>,
}

impl Tally {
    /// A table begins.
    pub fn begin(&mut self, tenant: i64, table: &Table) {
        self.close();
        let mut hash = Sha256::new();
        for column in &table.columns {
            hash.update(&column.name);
            hash.update([0]);
        }
        self.open = Some((tenant, table.name.clone(), 0, hash));
    }

    /// One row of it.
    pub fn row(&mut self, row: &[Field]) {
        self.bytes.clear();
        encode(row, &mut self.bytes);
        if let Some((_, _, rows, hash)) = &mut self.open {
            *rows += 1;
            hash.update(&self.bytes);
        }
    }

    fn close(&mut self) {
        if let Some((tenant, table, rows, hash)) = self.open.take()
            && rows > 0
        {
            self.done.0.push(Section { tenant, table, rows, sha256: hash.finalize().into() });
        }
    }

    /// What there was.
    pub fn finish(mut self) -> Contents {
        self.close();
        self.done
    }
}

/// Takes rows only to count and hash them.
impl Sink for Tally {
    fn begin(&mut self, tenant: i64, table: &Table) -> Result<()> {
        Self::begin(self, tenant, table);
        Ok(())
    }
    fn row(&mut self, row: &[Field]) -> Result<()> {
        Self::row(self, row);
        Ok(())
    }
}
