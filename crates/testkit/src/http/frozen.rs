//! A world made once and begun from many times: a copy of a SQLite database and its files.

use super::{HttpApp, Limits, directory, runtime};
use crate::{TestApp, place::Place};
use portico_types::{Clock, Millis};
use std::{
    fs, io,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};
use tempfile::TempDir;

/// See the module.
pub struct Frozen<W> {
    /// What the making of the world gave back.
    pub world: W,
    limits: Limits,
    now: Millis,
    database: TempDir,
    files: TempDir,
}

impl<W> Frozen<W> {
    /// Makes a world. It lies on SQLite: who may what is the same code on both engines.
    pub fn make(limits: Limits, make: impl AsyncFnOnce(&HttpApp) -> W) -> Self {
        let (database, files) = (directory(), directory());
        let t = TestApp::open(Place::Directory(directory()));
        runtime().block_on(async {
            let h = HttpApp::over(t, limits, directory()).await;
            let world = make(&h).await;
            let Place::Directory(from) = &h.t.place else { unreachable!("made above") };
            // Nothing is being written, so the file and its log together are the database.
            copy(from.path(), database.path()).expect("a database can be copied");
            copy(h.files.path(), files.path()).expect("files can be copied");
            Self { world, limits, now: h.t.clock.now(), database, files }
        })
    }

    /// Begins from the world as it was made.
    pub async fn thaw(&self) -> HttpApp {
        // The world was made with seed 7; other ids are made from here on.
        static SEED: AtomicU64 = AtomicU64::new(1_000);
        let (database, files) = (directory(), directory());
        copy(self.database.path(), database.path()).expect("a database can be copied");
        copy(self.files.path(), files.path()).expect("files can be copied");
        let seed = SEED.fetch_add(1, Ordering::Relaxed);
        let t = TestApp::open_again(Place::Directory(database), self.now, seed);
        HttpApp::over(t, self.limits, files).await
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else if !entry.file_name().to_string_lossy().ends_with("-shm") {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
