//! The binary before and the binary now: side by side on one PostgreSQL, and one after the other on one data directory,
//! there and back again, under load. Whoever was told by the one is told the rest by the other.

mod reader;

use crate::{
    Result,
    ledger::{self, Pen},
    nats::Nats,
    server::{Home, Server, Writer},
    table::{Line, Place},
};
use reader::{Readers, Told};
use serde_json::json;

const NODES: &str = "old and new nodes on PostgreSQL";
const FILE: &str = "old and new binary on SQLite";

pub(crate) fn run(place: &Place) -> Result<Vec<Line>> {
    let Some(old) = &place.old else { return Err("name the binary from before with --old".into()) };
    let home = |binary: &std::path::Path, name: &str| {
        Ok::<_, crate::Failure>(Home::new(binary, &place.directory(name)?))
    };
    let embedded = one_after_the_other(place, &home(old, "upgraded")?, &home(&place.binary, "upgraded")?)?;
    let Some(database) = portico_testkit::postgres() else {
        return Ok(vec![embedded, Line::new(NODES, "PORTICO_TEST_POSTGRES names no server".into(), false)]);
    };
    let portico_store::Engine::Postgres(url) = database.engine() else { return Err("not PostgreSQL".into()) };
    let nats = Nats::start()?;
    let node = |binary: &std::path::Path, name: &str| {
        let bus = nats.as_ref().map(Nats::url);
        Ok::<_, crate::Failure>(Home { database: Some(url.clone()), bus, ..home(binary, name)? })
    };
    let nodes = [node(old, "before")?, node(&place.binary, "now")?, node(old, "again")?];
    let mut side_by_side = side_by_side(place, &nodes)?;
    if nats.is_none() {
        side_by_side.note("without a bus: PORTICO_NATS_SERVER names no program");
    }
    Ok(vec![embedded, side_by_side])
}

/// What goes on during an upgrade.
struct Work {
    who: Writer,
    pens: [Vec<Pen>; 2],
    readers: Readers,
    /// Acknowledgements of each half a step.
    each: u64,
    step: u32,
}

impl Work {
    fn begin(place: &Place, first: &Server) -> Result<Self> {
        let who = first.set_up()?;
        let guest = invite(first, &who)?;
        let readers = Readers::open(first, &who, &guest, if place.long { 40 } else { 8 })?;
        let pens = ["a", "b"].map(|half| (0..3).map(|n| Pen::new(&format!("{half}{n}"))).collect());
        Ok(Self { who, pens, readers, each: if place.long { 1_000 } else { 120 }, step: 0 })
    }

    /// Half of the pens write at each of two servers at once; in the middle of it, `then`.
    fn write<T>(&mut self, one: &Server, other: &Server, then: impl FnOnce() -> Result<T>) -> Result<T> {
        let (who, each) = (&self.who, self.each);
        let [first, second] = &mut self.pens;
        let mut out = None;
        ledger::together(
            first,
            one,
            who,
            |n| n >= each,
            || {
                ledger::together(
                    second,
                    other,
                    who,
                    |n| n >= each,
                    || {
                        out = Some(then()?);
                        Ok(())
                    },
                )
            },
        )?;
        out.ok_or_else(|| "nothing came of it".into())
    }

    /// Edits, deletes and reacts at each server, says where the step ends, and reads up to there: who is cut off goes on
    /// at `next`.
    fn settle(&mut self, servers: &[&Server], next: &Server) -> Result<()> {
        self.step += 1;
        for (n, server) in servers.iter().enumerate() {
            reader::change(server, &self.who, &format!("{}-{n}", self.step))?;
        }
        let end = format!("end of step {}", self.step);
        server_says(next, &self.who, &end)?;
        self.readers.read_to(&end, next)
    }

    /// Compares what was acknowledged and what was told with what is there.
    fn look(&mut self, what: &str, story: &str, last: &Server) -> Result<Line> {
        let all = ledger::everything(last, &self.who)?;
        let pens: Vec<Pen> = std::mem::take(&mut self.pens).into_iter().flatten().collect();
        let found = ledger::look(&pens, &all);
        let told: Told = self.readers.look(last, &self.who)?;
        let errors: u64 = pens.iter().map(|p| p.refused).sum();
        let counts = format!("{story}; {told}; {errors} requests refused; {found}");
        Ok(Line::new(what, counts, found.clean() && told.clean() && found.acknowledged > self.each * 6))
    }
}

fn server_says(server: &Server, who: &Writer, text: &str) -> Result<()> {
    server.line()?.post(&who.path(), &who.token, "", &json!({"body": text})).map(|_| ())
}

/// Somebody whose cursors are sealed.
fn invite(server: &Server, who: &Writer) -> Result<String> {
    let mut line = server.line()?;
    let asked = json!({"role": "guest", "channel_ids": [who.room]});
    let invite = line.post("/invites", &who.token, "", &asked)?;
    let code = invite["code"].as_str().ok_or("no code")?.to_owned();
    let guest = json!({"name": "Gil", "email": "gil@example.org", "password": "correct horse battery"});
    let made = line.post(&format!("/invites/{code}/accept"), "", "", &guest)?;
    Ok(made["token"].as_str().ok_or("no token")?.to_owned())
}

fn stopped(server: Server) -> Result<()> {
    match server.ended()? {
        Some(0) => Ok(()),
        code => Err(format!("a server that was asked to stop ended with {code:?}").into()),
    }
}

fn side_by_side(place: &Place, [before, now, again]: &[Home; 3]) -> Result<Line> {
    let old = before.serve()?;
    let mut work = Work::begin(place, &old)?;
    // A new node joins while the old one works, and raises the schema under it.
    let new = work.write(&old, &old, || now.serve())?;
    work.settle(&[&old, &new], &old)?;
    work.readers.go(&new, 2)?;
    work.write(&old, &new, || Ok(()))?;
    work.settle(&[&old, &new], &new)?;
    // The old one is drained; its people go on at the new one.
    work.write(&old, &new, || old.terminate())?;
    stopped(old)?;
    work.settle(&[&new], &new)?;
    // Back: an old one starts on what the new one made, and stays alone.
    let back = work.write(&new, &new, || again.serve())?;
    work.readers.go(&back, 2)?;
    work.settle(&[&new, &back], &back)?;
    work.write(&new, &back, || new.terminate())?;
    stopped(new)?;
    work.settle(&[&back], &back)?;
    // And there again.
    let last = work.write(&back, &back, || now.serve())?;
    work.write(&back, &last, || back.terminate())?;
    stopped(back)?;
    work.write(&last, &last, || Ok(()))?;
    work.settle(&[&last], &last)?;
    work.look(NODES, "old, joined by new, new, joined by old, old, new", &last)
}

fn one_after_the_other(place: &Place, old: &Home, new: &Home) -> Result<Line> {
    let mut server = old.serve()?;
    let mut work = Work::begin(place, &server)?;
    for next in [new, old, new] {
        work.write(&server, &server, || server.terminate())?;
        stopped(server)?;
        server = next.serve()?;
        work.write(&server, &server, || Ok(()))?;
        work.settle(&[&server], &server)?;
    }
    work.look(FILE, "old, new, old, new", &server)
}
