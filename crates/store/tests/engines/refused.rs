//! A database that is not ours to touch.

use portico_store::{Db, Engine, Options, SCHEMA_VERSION};

#[test]
fn a_second_server_on_the_same_directory_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options::new(Engine::Sqlite(dir.path().to_owned()));
    let first = Db::open(&options, |_| {}).unwrap();
    let second = Db::open(&options, |_| {}).err().unwrap();
    assert!(second.cause().unwrap().contains("another portico"), "{second}");
    drop(first);
}

#[test]
fn a_newer_damaged_or_locked_database_is_left_untouched() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("portico.db");
    let options = Options::new(Engine::Sqlite(dir.path().to_owned()));
    let refused = || Db::open(&options, |_| {}).err().unwrap().cause().unwrap_or_default().to_owned();
    drop(Db::open(&options, |_| {}).unwrap());

    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute("INSERT INTO schema_step (version) VALUES (?1)", [SCHEMA_VERSION + 1]).unwrap();
    // All of it into the file now: the threads of the database that was just left may close theirs a little later, and
    // the last to close would write what is still in the log.
    raw.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |r| {
        r.get::<_, i64>(0).map(|busy| assert_eq!(busy, 0))
    })
    .unwrap();
    drop(raw);
    let before = std::fs::read(&path).unwrap();
    assert!(refused().contains("newer portico"), "{}", refused());
    assert!(std::fs::read(&path).unwrap() == before, "the file was touched");
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute("DELETE FROM schema_step WHERE version > ?1", [SCHEMA_VERSION]).unwrap();

    raw.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert!(refused().contains("locked by another process"), "{}", refused());
    raw.execute_batch("ROLLBACK").unwrap();
    drop(raw);
    drop(Db::open(&options, |_| {}).unwrap());

    let mut bytes = std::fs::read(&path).unwrap();
    bytes[..40].fill(0x55);
    std::fs::write(&path, &bytes).unwrap();
    assert!(refused().contains("damaged"), "{}", refused());
    assert!(std::fs::read(&path).unwrap() == bytes, "the file was touched");
}
