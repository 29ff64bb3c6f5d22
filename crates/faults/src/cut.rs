//! Sockets cut at every position of a run, resumed by their cursor: on one node, and on another than before.

use crate::{
    Result,
    server::{Home, Server, Writer},
    socket::Socket,
    table::{Line, Place},
};
use serde_json::json;

const EVENTS: usize = 300;

pub(crate) fn run(place: &Place) -> Result<Vec<Line>> {
    let home = Home::new(&place.binary, &place.directory("cut")?);
    let server = home.serve()?;
    let who = server.set_up()?;
    let one = counted("sockets cut at every position, one node", &cut(&[&server], &who)?);
    let Some(database) = portico_testkit::postgres() else {
        let lacks = "PORTICO_TEST_POSTGRES names no server".to_owned();
        return Ok(vec![one, Line::new("sockets cut at every position, two nodes", lacks, false)]);
    };
    let portico_store::Engine::Postgres(url) = database.engine() else { return Err("not PostgreSQL".into()) };
    let node = |name: &str| {
        Ok::<_, crate::Failure>(Home {
            database: Some(url.clone()),
            ..Home::new(&place.binary, &place.directory(name)?)
        })
    };
    let first = node("cut-a")?.serve()?;
    let who = first.set_up()?;
    let second = node("cut-b")?.serve()?;
    let two = counted("sockets cut at every position, two nodes", &cut(&[&first, &second], &who)?);
    drop((first, second));
    Ok(vec![one, two])
}

/// Cuts, gaps, repeats.
struct Cuts(u64, u64, u64);

fn counted(what: &str, cuts: &Cuts) -> Line {
    let counts = format!("{} cuts over {EVENTS} events: {} gaps, {} repeats", cuts.0, cuts.1, cuts.2);
    Line::new(what, counts, cuts.0 > EVENTS as u64 && cuts.1 + cuts.2 == 0)
}

fn cut(nodes: &[&Server], who: &Writer) -> Result<Cuts> {
    let mut all = Cuts(0, 0, 0);
    let truth: Vec<String> = (0..EVENTS).map(|n| format!("event {n}")).collect();
    let begin = Socket::open(nodes[0].address, &who.token, None)?.cursor;
    // While it happens: after every event the socket is cut, and the next one goes on.
    let live = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut line = nodes[0].line()?;
            for text in &truth {
                line.post(&who.path(), &who.token, "", &json!({"body": text}))?;
            }
            Ok::<_, crate::Failure>(())
        });
        let (mut cursor, mut heard) = (begin.clone(), Vec::new());
        while heard.len() < EVENTS {
            let node = nodes[(heard.len() + 1) % nodes.len()];
            let mut socket = Socket::open(node.address, &who.token, Some(&cursor))?;
            heard.push(socket.text()?);
            cursor.clone_from(&socket.cursor);
        }
        writer.join().map_err(|_| "the writer panicked")??;
        Ok::<_, crate::Failure>(heard)
    })?;
    all.0 += EVENTS as u64;
    compare(&live, &truth, &mut all);
    // Afterwards: at each position once, and the rest in one go.
    for position in 0..=EVENTS {
        let mut heard = Vec::new();
        let mut socket = Socket::open(nodes[0].address, &who.token, Some(&begin))?;
        for _ in 0..position {
            heard.push(socket.text()?);
        }
        let cursor = socket.cursor.clone();
        drop(socket);
        let mut socket = Socket::open(nodes[position % nodes.len()].address, &who.token, Some(&cursor))?;
        while heard.len() < EVENTS {
            heard.push(socket.text()?);
        }
        all.0 += 1;
        compare(&heard, &truth, &mut all);
    }
    Ok(all)
}

fn compare(heard: &[String], truth: &[String], all: &mut Cuts) {
    let unique: std::collections::HashSet<&String> = heard.iter().collect();
    all.2 += (heard.len() - unique.len()) as u64;
    all.1 += truth.iter().filter(|t| !unique.contains(t)).count() as u64;
    // In another order is a gap for whoever reads on.
    all.1 += heard.iter().zip(truth).filter(|(a, b)| a != b).count() as u64;
}
