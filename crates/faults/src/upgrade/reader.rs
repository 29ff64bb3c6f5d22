//! People who keep what they know by the events they are told, whichever binary tells them.

use crate::{
    Result,
    http::Line,
    server::{Server, Writer},
    socket::{Came, Socket},
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};

/// How messages begin that are deleted at once.
const GOING: &str = "to be deleted";

/// One of them: an open stream, and every message as far as the events tell.
struct Reader {
    socket: Socket,
    token: String,
    known: BTreeMap<i64, Value>,
    /// Texts as they were posted, in the order of hearing.
    heard: Vec<String>,
    cursors: HashSet<String>,
    repeats: usize,
    moves: usize,
}

pub(crate) struct Readers(Vec<Reader>);

/// What came of comparing.
pub(crate) struct Told {
    readers: usize,
    moves: usize,
    events: usize,
    repeats: usize,
    /// Messages known otherwise than they are, or heard in another order.
    differ: usize,
    /// One of them, for whoever looks for the reason.
    example: String,
}

impl Told {
    pub(crate) fn clean(&self) -> bool {
        self.repeats + self.differ == 0 && self.moves >= self.readers
    }
}

impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} readers went on {} times at the other: {} events, {} repeats, {} differ from fresh state{}",
            self.readers, self.moves, self.events, self.repeats, self.differ, self.example
        )
    }
}

/// The messages as they are now, as far as events tell of them.
fn fresh(server: &Server, who: &Writer) -> Result<BTreeMap<i64, Value>> {
    let (mut line, mut all, mut last) = (server.line()?, BTreeMap::new(), 0);
    loop {
        let page = line.get(&format!("{}?after={last}&limit=200", who.path()), &who.token)?;
        for m in page["items"].as_array().ok_or("no items")? {
            last = m["number"].as_i64().ok_or("no number")?;
            all.insert(last, seen(m));
        }
        if page["has_after"] == false {
            return Ok(all);
        }
    }
}

/// What is compared of a message.
fn seen(m: &Value) -> Value {
    let reactions: u64 = m["reactions"].as_array().map_or(0, |all| all.len() as u64);
    // When it was deleted is not in the event.
    let edited_at = if m["body"]["kind"] == "deleted" { &Value::Null } else { &m["edited_at"] };
    json!({"id": m["id"], "body": m["body"], "edited_at": edited_at, "reactions": reactions})
}

impl Readers {
    /// A guest and `members` others, from here on; nobody writes meanwhile.
    pub(crate) fn open(server: &Server, who: &Writer, guest: &str, members: usize) -> Result<Self> {
        let known = fresh(server, who)?;
        let tokens = std::iter::once(guest).chain(std::iter::repeat_n(who.token.as_str(), members));
        let readers = tokens.map(|token| {
            Ok(Reader {
                socket: Socket::open(server.address, token, None)?,
                token: token.to_owned(),
                known: known.clone(),
                heard: Vec::new(),
                cursors: HashSet::new(),
                repeats: 0,
                moves: 0,
            })
        });
        Ok(Self(readers.collect::<Result<_>>()?))
    }

    /// One of `every` goes over to another server on their own.
    pub(crate) fn go(&mut self, to: &Server, every: usize) -> Result<()> {
        for reader in self.0.iter_mut().step_by(every) {
            reader.go_on(to)?;
        }
        Ok(())
    }

    /// Everybody reads until somebody says `end`; who is cut off goes on at `next`.
    pub(crate) fn read_to(&mut self, end: &str, next: &Server) -> Result<()> {
        for reader in &mut self.0 {
            while reader.heard.last().is_none_or(|text| text != end) {
                match reader.socket.next()? {
                    Came::Event(event) => reader.apply(&event)?,
                    Came::Last(word) if word != "resume" => {
                        return Err(format!("a reader was told {word}").into());
                    }
                    Came::Last(_) | Came::Cut => reader.go_on(next)?,
                }
            }
        }
        Ok(())
    }

    pub(crate) fn look(&self, server: &Server, who: &Writer) -> Result<Told> {
        let truth = fresh(server, who)?;
        let mut told = Told {
            readers: self.0.len(),
            moves: 0,
            events: 0,
            repeats: 0,
            differ: 0,
            example: String::new(),
        };
        let first = self.0.first().ok_or("nobody reads")?;
        for reader in &self.0 {
            told.moves += reader.moves;
            told.events += reader.cursors.len();
            told.repeats += reader.repeats;
            for (number, m) in truth.iter().filter(|(number, m)| reader.known.get(number) != Some(m)) {
                told.differ += 1;
                told.example = format!(" ({:?}, told as {:?})", m, reader.known.get(number));
            }
            told.differ += reader.known.len().abs_diff(truth.len());
            told.differ += usize::from(reader.heard != first.heard);
        }
        Ok(told)
    }
}

impl Reader {
    fn go_on(&mut self, to: &Server) -> Result<()> {
        self.moves += 1;
        self.socket = Socket::open(to.address, &self.token, Some(&self.socket.cursor))?;
        Ok(())
    }

    fn apply(&mut self, event: &Value) -> Result<()> {
        if !self.cursors.insert(self.socket.cursor.clone()) {
            self.repeats += 1;
        }
        let data = &event["data"];
        let message = &data["message"];
        match event["type"].as_str().unwrap_or_default() {
            "message.posted" => {
                let number = message["number"].as_i64().ok_or("no number")?;
                self.known.insert(number, seen(message));
                // What is deleted later is not heard by all.
                let text = message["body"]["text"].as_str().filter(|t| !t.starts_with(GOING));
                self.heard.extend(text.map(ToOwned::to_owned));
            }
            "message.edited" => {
                let number = message["number"].as_i64().ok_or("no number")?;
                let known = self.known.get_mut(&number).ok_or("an edit of an unknown message")?;
                let reactions = known["reactions"].take();
                *known = seen(message);
                known["reactions"] = reactions;
            }
            "message.deleted" => {
                let number = data["number"].as_i64().ok_or("no number")?;
                // Who was away is told of what is gone again by this alone.
                let known = self.known.entry(number).or_default();
                *known =
                    json!({"id": data["id"], "body": {"kind": "deleted"}, "edited_at": null, "reactions": 0});
            }
            "reaction.added" => {
                let known = self.known.values_mut().find(|m| m["id"] == data["message_id"]);
                let known = known.ok_or("a reaction to an unknown message")?;
                known["reactions"] = json!(known["reactions"].as_u64().unwrap_or(0) + 1);
            }
            _ => {}
        }
        Ok(())
    }
}

/// Posts two messages at a server, edits and reacts to one, and deletes the other.
pub(crate) fn change(server: &Server, who: &Writer, name: &str) -> Result<()> {
    let mut line: Line = server.line()?;
    let mut post = |text: String| {
        let made = line.post(&who.path(), &who.token, "", &json!({"body": text}))?;
        Ok::<_, crate::Failure>((made["id"].as_str().ok_or("no id")?.to_owned(), made["version"].clone()))
    };
    let (edited, version) = post(format!("to be edited {name}"))?;
    let (gone, _) = post(format!("{GOING} {name}"))?;
    let body = json!({"body": format!("edited {name}"), "version": version}).to_string();
    let steps = [
        ("PATCH", format!("/messages/{edited}"), body.as_str(), 200),
        ("PUT", format!("/messages/{edited}/reactions/%F0%9F%91%8D"), "", 200),
        ("DELETE", format!("/messages/{gone}"), "", 204),
    ];
    for (method, path, body, expected) in steps {
        let (status, said) = line.ask(method, &path, &who.token, "", body)?;
        if status != expected && status != 204 {
            return Err(format!("{method} {path} answered {status}: {said}").into());
        }
    }
    Ok(())
}
