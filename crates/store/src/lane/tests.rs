//! What becomes of a batch whose transaction SQLite ends by itself, as it does where the disk is full or fails.

use super::*;

type Told = Arc<std::sync::Mutex<Option<Result<()>>>>;

/// A command that writes blobs of these sizes one after the other, and may go on though one failed.
struct Blobs {
    sizes: &'static [i64],
    goes_on: bool,
    told: Told,
}

impl Work for Blobs {
    fn tenant(&self) -> Option<TenantId> {
        None
    }

    fn run(&mut self, conn: &mut Conn) -> Result<Emitted> {
        for size in self.sizes {
            let done = conn.exec("INSERT INTO thing (b) VALUES (randomblob($1))", &[(*size).into()]);
            if !self.goes_on {
                done?;
            }
        }
        Ok(Vec::new())
    }

    fn done(self: Box<Self>, outcome: Result<()>) {
        *self.told.lock().unwrap() = Some(outcome);
    }
}

/// More than the database may grow to.
const HUGE: i64 = 1_000_000;

/// Runs commands, as many in a batch as may be, on a disk with little room, and gives what each was told and how many
/// blobs are there.
fn on_a_full_disk(commands: &[(&'static [i64], bool)]) -> (Vec<Result<()>>, i64) {
    let dir = tempfile::tempdir().unwrap();
    let lite = rusqlite::Connection::open(dir.path().join("db")).unwrap();
    lite.execute_batch("PRAGMA journal_mode=WAL; PRAGMA max_page_count=32; CREATE TABLE thing (b BLOB);")
        .unwrap();
    let (queue, waiting) = mpsc::channel(commands.len());
    let mut told = Vec::new();
    for (sizes, goes_on) in commands {
        let one = Told::default();
        told.push(Arc::clone(&one));
        let work: Box<dyn Work> = Box::new(Blobs { sizes, goes_on: *goes_on, told: one });
        queue.try_send(work).ok().unwrap();
    }
    drop(queue);
    let connect: Connect = Arc::new(|| Err(Error::unavailable("one connection is all there is")));
    run(Conn::lite(lite).unwrap(), &connect, waiting, &After::here(Arc::new(|_| {})));
    let lite = rusqlite::Connection::open(dir.path().join("db")).unwrap();
    let there = lite.query_row("SELECT COUNT(*) FROM thing", [], |r| r.get(0)).unwrap();
    (told.into_iter().map(|one| one.lock().unwrap().take().unwrap()).collect(), there)
}

fn is_full(outcome: &Result<()>) -> bool {
    outcome.as_ref().is_err_and(|e| e.to_string().contains("the disk is full"))
}

#[test]
fn who_waits_for_a_batch_that_ended_by_itself_hears_why() {
    let (told, there) = on_a_full_disk(&[(&[10], false), (&[10, HUGE], false)]);
    assert!(told.iter().all(is_full), "{told:?}");
    assert_eq!(there, 0);
}

#[test]
fn nothing_is_written_after_the_transaction_ended_even_by_who_does_not_look() {
    let (told, there) = on_a_full_disk(&[(&[10, HUGE, 10], true), (&[10], false)]);
    assert!(told.iter().all(is_full), "{told:?}");
    assert_eq!(there, 0, "no change on its own, outside of any transaction");
}

#[test]
fn the_lane_goes_on_with_the_next_batch() {
    let mut commands = vec![(&[10, HUGE][..], false); BATCH];
    commands.push((&[10], false));
    let (mut told, there) = on_a_full_disk(&commands);
    assert!(told.pop().unwrap().is_ok());
    assert!(told.iter().all(is_full), "{told:?}");
    assert_eq!(there, 1);
}
