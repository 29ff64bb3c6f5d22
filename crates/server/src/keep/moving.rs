//! `portico move`: from one engine to the other, or from one place to another of the same.

use super::{
    files::{Named, Seen, Store},
    hex,
};
use crate::{clock::SystemClock, say::say};
use clap::Args;
use portico_blobs::{Address, Blobs};
use portico_store::{
    Engine,
    copy::{Kept, Source, Target},
};
use portico_types::{Clock, Error, Result};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// From where to where.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// What to move: sqlite:///data/directory or postgres://user:password@host/database.
    #[arg(long, value_name = "URL")]
    from: String,
    /// Where to, written the same way. It must be empty.
    #[arg(long, value_name = "URL")]
    to: String,
    /// The data directory that a server on PostgreSQL has for its files. Without it, the directory of the SQLite side.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The bucket that the servers of both sides keep their files in. Nothing is copied then, every file is checked.
    #[arg(long, value_name = "URL", conflicts_with = "data")]
    files: Option<String>,
    /// Put it in the stead of an organization that is there.
    #[arg(long)]
    replace: bool,
}

/// A place as it is written on the command line.
fn place(text: &str, field: &'static str) -> Result<Engine> {
    if let Some(dir) = text.strip_prefix("sqlite://").filter(|dir| !dir.is_empty()) {
        return Ok(Engine::Sqlite(dir.into()));
    }
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return Ok(Engine::Postgres(text.to_owned()));
    }
    Err(Error::invalid(
        field,
        format!("--{field} must be sqlite:///data/directory or postgres://user:password@host/database"),
    ))
}

/// Where files are.
#[derive(Clone, PartialEq, Eq)]
enum FilePlace {
    Directory(PathBuf),
    Bucket(Address),
}

impl FilePlace {
    async fn open(&self) -> Result<Blobs> {
        let opened = match self {
            Self::Directory(dir) => Blobs::open(dir.clone()).await,
            // Nothing is written to a bucket here, so the directory where uploads wait is of no account.
            Self::Bucket(address) => {
                Blobs::open_bucket(address, None, std::env::temp_dir().join("portico-move")).await
            }
        };
        opened.map_err(Error::internal)
    }
}

/// Where the files beside a database are.
fn files_of(engine: &Engine, other: &Engine, data: Option<&Path>) -> Result<FilePlace> {
    let dir = match (engine, data, other) {
        (Engine::Sqlite(dir), ..) | (Engine::Postgres(_), None, Engine::Sqlite(dir)) => dir,
        (Engine::Postgres(_), Some(data), _) => data,
        (Engine::Postgres(_), None, Engine::Postgres(_)) => {
            return Err(Error::invalid("data", "say with --data where the servers keep their files"));
        }
    };
    Ok(FilePlace::Directory(dir.join("files")))
}

/// Moves.
pub(crate) async fn run(options: Options) -> Result<()> {
    let (from, to) = (place(&options.from, "from")?, place(&options.to, "to")?);
    if options.from == options.to {
        return Err(Error::invalid("to", "--from and --to are the same place"));
    }
    let data = options.data.as_deref();
    let (old, new) = match options.files.as_deref().map(Address::parse).transpose() {
        Ok(Some(bucket)) => (FilePlace::Bucket(bucket.clone()), FilePlace::Bucket(bucket)),
        Ok(None) => (files_of(&from, &to, data)?, files_of(&to, &from, data)?),
        Err(e) => return Err(Error::invalid("files", e)),
    };
    let runtime = tokio::runtime::Handle::current();
    let replace = options.replace;
    let done = tokio::task::spawn_blocking(move || {
        let mut source = Source::open_alone(&from)?;
        let mut target = Target::open(&to, replace)?;
        let mut named = Named::new(&mut target);
        let sent = source.read(&mut named)?;
        let names = named.names;
        let arrived = target.contents()?;
        sent.must_equal(&arrived, "what arrived")?;
        let open = |place: &FilePlace| Ok::<_, Error>(Store::new(runtime.block_on(place.open())?));
        let seen = carry(&names, &open(&old)?, (old != new).then(|| open(&new)).transpose()?.as_ref())?;
        let kept = target.commit(&format!("before-move-{}", SystemClock.now().0), super::new_epoch())?;
        Ok::<_, Error>((sent, seen, kept))
    });
    let (contents, seen, kept) = done.await.map_err(Error::internal)??;
    say(format_args!(
        "moved: {} organizations, {} messages, {} rows in all, {} files ({} bytes)",
        contents.rows_of("tenant"),
        contents.rows_of("message"),
        contents.rows(),
        seen.count,
        seen.bytes
    ));
    say(format_args!("rows sha256 {}, the same on both sides", hex(&contents.sha256())));
    if !seen.missing.is_empty() {
        say(format_args!(
            "warning: {} files that messages name are missing or damaged in the old file store",
            seen.missing.len()
        ));
    }
    if let Kept::File(file) = kept {
        say(format_args!("what was at the new place is in {}", file.display()));
    }
    say("Start the server on the new place. The old one is as it was; do not start a server on it again.");
    Ok(())
}

/// Looks at every file, and brings those to the new store that it does not have.
fn carry(names: &BTreeSet<super::files::Name>, old: &Store, new: Option<&Store>) -> Result<Seen> {
    let mut seen = Seen::default();
    for name in names {
        let Some(size) = old.sound(name)? else {
            seen.missing.insert(*name);
            continue;
        };
        seen.add(name, size);
        let Some(new) = new else { continue };
        if new.sound(name)? != Some(size) {
            let mut file = new.begin(*name, size)?;
            old.read(name, &mut |bytes| new.write(&mut file, bytes))?;
            new.finish(file)?;
        }
    }
    Ok(seen)
}
