//! Taking everything in, so that either all of it is there or none of it.
//!
//! SQLite: a new file beside the old one, put in its place by one rename after it was read back. PostgreSQL: one
//! transaction. Neither shows anything, nor takes anything away, before [`Target::commit`].

use super::{
    Contents, Sink, Tally,
    record::Field,
    shape::{INDEX, Shape, Table},
    source,
};
use crate::{
    conn::{Conn, Link},
    db::Engine,
    instance::InstanceTx,
    migrate, open,
    patience::COPYING,
    tx::Tx,
    value::Value,
};
use portico_types::{Error, Result, TenantId};
use std::{
    fs::File,
    path::{Path, PathBuf},
};

/// Rows a statement on PostgreSQL, which answers each over the network. Times the widest table it stays below the
/// 65,535 values a statement may have.
const TOGETHER: usize = 100;

/// A database being filled. Blocking, and not for an async thread. Dropping it leaves everything as it was.
pub struct Target {
    conn: Conn,
    shape: Shape,
    place: Place,
    /// The table begun last, and the organization its rows are of.
    open: Option<(i64, Table)>,
    waiting: Vec<Vec<Field>>,
    // Nobody else may be at work meanwhile.
    _lock: Option<File>,
}

enum Place {
    /// A file that is not yet the database, in the directory of the database.
    Lite {
        dir: PathBuf,
        staged: PathBuf,
        committed: bool,
    },
    Pg,
}

/// What a commit did with what was there before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// There was nothing.
    Nothing,
    /// It is in this file.
    File(PathBuf),
    /// It is gone: a transaction replaced it.
    Gone,
}

impl Target {
    /// Opens a place to fill. One that holds an organization is refused, unless it may be replaced; so is one that a
    /// server works on.
    pub fn open(engine: &Engine, replace: bool) -> Result<Self> {
        match engine {
            Engine::Sqlite(dir) => Self::open_lite(dir, replace),
            Engine::Postgres(url) => Self::open_pg(url, replace),
        }
    }

    fn open_lite(dir: &Path, replace: bool) -> Result<Self> {
        let lock = open::lock(dir)?;
        let file = dir.join("portico.db");
        if file.exists() && !replace && !is_empty(&file)? {
            return Err(refuse(&file.display().to_string()));
        }
        let staged = dir.join(open::STAGED);
        for end in ["", "-wal", "-shm", "-journal"] {
            remove(&with_end(&staged, end))?;
        }
        let c = rusqlite::Connection::open(&staged).map_err(|e| crate::dialect::lite_error(&e))?;
        let mut conn = Conn::lite(c)?;
        // Nobody reads it before it is whole, flushed and renamed; until then nothing of it needs to outlive a crash.
        conn.batch("PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON; PRAGMA cache_size=-32000;")?;
        migrate::run(&mut conn, |_, _| Ok(()))?;
        conn.batch("BEGIN IMMEDIATE")?;
        let place = Place::Lite { dir: dir.to_owned(), staged, committed: false };
        Ok(Self { conn, shape: Shape::new()?, place, open: None, waiting: Vec::new(), _lock: Some(lock) })
    }

    fn open_pg(url: &str, replace: bool) -> Result<Self> {
        let mut conn = open::raised(url)?;
        let have = migrate::version(&mut conn)?.have;
        if have > migrate::SCHEMA_VERSION {
            return Err(Error::internal(format!(
                "the database has schema {have}, this portico knows {}; use the newer portico, or an empty database",
                migrate::SCHEMA_VERSION
            )));
        }
        let shape = Shape::new()?;
        if let Link::Pg(c) = &mut conn.link {
            open::alone(c)?;
            c.wait_at_most(Some(COPYING));
        }
        conn.batch("BEGIN")?;
        if !replace && !InstanceTx::new(&mut conn).organizations()?.is_empty() {
            return Err(refuse("the PostgreSQL database"));
        }
        let mut names: Vec<&str> = shape.tables().iter().map(|t| t.name.as_str()).collect();
        names.push(INDEX);
        conn.batch(&format!("TRUNCATE TABLE {}", names.join(", ")))?;
        Ok(Self { conn, shape, place: Place::Pg, open: None, waiting: Vec::new(), _lock: None })
    }

    /// What it is made of.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Makes the search index and reads everything back, as the one who will serve it would see it.
    pub fn contents(&mut self) -> Result<Contents> {
        self.flush()?;
        let tenants: Vec<TenantId> =
            InstanceTx::new(&mut self.conn).organizations()?.into_iter().map(|(id, _)| id).collect();
        for tenant in tenants {
            self.enter(tenant.0)?;
            let mut tx = Tx::new(&mut self.conn, tenant);
            let mut after = 0;
            while let Some(last) = tx.index_again(after)? {
                after = last;
            }
        }
        source::everything(&mut self.conn, &self.shape, &mut Tally::default())
    }

    /// Puts it in place, durably, as another life of its logs. `aside` names what was there, where that is kept; `epoch`
    /// names that life, by chance: an open page that knew what was here before, or what was there later, fetches anew.
    pub fn commit(mut self, aside: &str, epoch: i64) -> Result<Kept> {
        self.flush()?;
        InstanceTx::new(&mut self.conn).begin_epoch(epoch)?;
        self.conn.batch("COMMIT")?;
        let Place::Lite { dir, staged, committed } = &mut self.place else { return Ok(Kept::Gone) };
        let memory = rusqlite::Connection::open_in_memory().map_err(|e| crate::dialect::lite_error(&e))?;
        // The file is closed before it gets its name.
        drop(std::mem::replace(&mut self.conn, Conn::lite(memory)?));
        let io = |e: std::io::Error| Error::internal(format!("cannot put the database in place: {e}"));
        File::open(&*staged).and_then(|f| f.sync_all()).map_err(io)?;
        let file = dir.join("portico.db");
        let mut kept = Kept::Nothing;
        if file.exists() {
            let old = dir.join(format!("portico.{aside}.db"));
            if old.exists() {
                return Err(Error::internal(format!("{} is there already; move it away", old.display())));
            }
            whole(&file);
            // A log that could not be taken in goes with it: left behind, it would be taken for the new one's.
            for end in ["", "-wal"] {
                let from = with_end(&file, end);
                if from.exists() {
                    std::fs::rename(from, with_end(&old, end)).map_err(io)?;
                }
            }
            kept = Kept::File(old);
        }
        remove(&with_end(&file, "-shm"))?;
        remove(&with_end(&file, "-wal"))?;
        std::fs::rename(&*staged, &file).map_err(io)?;
        File::open(&*dir).and_then(|d| d.sync_all()).map_err(io)?;
        *committed = true;
        Ok(kept)
    }

    fn enter(&mut self, tenant: i64) -> Result<()> {
        self.conn.enter(Some(TenantId(tenant)))
    }

    fn flush(&mut self) -> Result<()> {
        let Some((_, table)) = &self.open else { return Ok(()) };
        if self.waiting.is_empty() {
            return Ok(());
        }
        let width = table.columns.len();
        let rows: Vec<String> = (0..self.waiting.len())
            .map(|r| {
                let values: Vec<String> = (1..=width).map(|c| format!("${}", r * width + c)).collect();
                format!("({})", values.join(", "))
            })
            .collect();
        let sql = format!("INSERT INTO {} ({}) VALUES {}", table.name, table.list(), rows.join(", "));
        let values: Vec<Value<'_>> = self.waiting.iter().flatten().map(Field::value).collect();
        let name = table.name.clone();
        self.conn.run(&sql, &values).map_err(|e| {
            let cause = e.cause().unwrap_or_else(|| e.message());
            Error::invalid("backup", format!("rows of {name} cannot be taken in: {cause}"))
        })?;
        self.waiting.clear();
        Ok(())
    }
}

impl Sink for Target {
    fn begin(&mut self, tenant: i64, table: &Table) -> Result<()> {
        self.flush()?;
        // A shape other than ours would be another schema.
        if !self.shape.tables().contains(table) || (tenant == 0) != table.tenant.is_none() {
            return Err(Error::invalid("backup", format!("{} is not a table of this portico", table.name)));
        }
        if tenant != 0 {
            self.enter(tenant)?;
        }
        self.open = Some((tenant, table.clone()));
        Ok(())
    }

    fn row(&mut self, row: &[Field]) -> Result<()> {
        let Some((tenant, table)) = &self.open else {
            return Err(Error::invalid("backup", "rows come before their table"));
        };
        let fits =
            row.len() == table.columns.len() && row.iter().zip(&table.columns).all(|(f, c)| f.fits(c.kind));
        let own = table.tenant.is_none_or(|at| row.get(at) == Some(&Field::Int(*tenant)));
        if !fits || !own {
            return Err(Error::invalid("backup", format!("a row does not belong into {}", table.name)));
        }
        if !self.conn.is_lite() && row.iter().any(|f| matches!(f, Field::Text(t) if t.contains('\0'))) {
            return Err(Error::invalid(
                "backup",
                format!("a text in {} has a NUL character, which PostgreSQL cannot keep", table.name),
            ));
        }
        self.waiting.push(row.to_vec());
        let full = if self.conn.is_lite() { 1 } else { TOGETHER };
        if self.waiting.len() >= full { self.flush() } else { Ok(()) }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Place::Lite { staged, committed: false, .. } = &self.place {
            for end in ["", "-journal"] {
                let _may_be_gone = std::fs::remove_file(with_end(staged, end));
            }
        }
    }
}

fn refuse(what: &str) -> Error {
    Error::conflict(
        None,
        format!(
            "{what} holds an organization already; give an empty place, or say --replace to put this in its stead"
        ),
    )
}

/// Whether a database has no organization in it. One that cannot be read is not called empty.
fn is_empty(file: &Path) -> Result<bool> {
    let mut conn = open::lite_reader(file)?;
    let found = InstanceTx::new(&mut conn).organizations();
    found
        .map(|all| all.is_empty())
        .map_err(|_| refuse(&format!("{} cannot be read, so it counts as one that", file.display())))
}

/// Takes a database's log into its file, so that moving it is one step. What is damaged is moved as it is.
fn whole(file: &Path) {
    let taken = rusqlite::Connection::open(file)
        .and_then(|c| c.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
    if let Err(e) = taken {
        tracing::warn!(error = %e, file = %file.display(), "the old database is moved away as it is");
    }
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::internal(format!("cannot remove {}: {e}", path.display())))
        }
        _ => Ok(()),
    }
}
