//! A client as the web app is one: what it was told at the start, and what it made of the events since.

use super::world::{Node, World};
use crate::Result;
use portico_core::{
    messages::{Messages, Position},
    rooms::MyRooms,
};
use portico_domain::{
    message::{Body, Message},
    session::Scopes,
};
use portico_realtime::{Batch, Connection, Viewer};
use portico_types::RoomId;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A message as a client shows it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Shown {
    pub(super) version: i64,
    /// None once it is deleted.
    pub(super) text: Option<String>,
    pub(super) reactions: BTreeSet<(String, String)>,
}

/// Rooms by id, their messages by id.
pub(super) type View = BTreeMap<String, BTreeMap<String, Shown>>;

/// A connection that was opened.
pub(super) struct Opened {
    /// The cursor it came with; none where it is sealed.
    pub(super) cursor: Option<i64>,
    /// The newest event there was. What is older is told by the rights of this moment: who has left meanwhile is not
    /// told what was said before, who has come is.
    pub(super) at: i64,
}

pub(super) struct Client {
    pub(super) who: usize,
    node: Node,
    connection: Option<Connection>,
    cursor: String,
    waiting: VecDeque<Value>,
    /// Each of its connections.
    pub(super) connections: Vec<Opened>,
    /// What it heard of messages, in order.
    pub(super) heard: Vec<Value>,
    pub(super) view: View,
    /// Newest mark it has read.
    read: String,
}

impl Client {
    pub(super) async fn enter(world: &mut World, who: usize, node: Node) -> Result<Self> {
        let view = fresh(world, who).await?;
        let mut client = Self {
            who,
            node,
            connection: None,
            cursor: String::new(),
            waiting: VecDeque::new(),
            connections: Vec::new(),
            heard: Vec::new(),
            view,
            read: String::new(),
        };
        client.connect(world, None).await?;
        Ok(client)
    }

    async fn connect(&mut self, world: &mut World, cursor: Option<String>) -> Result<()> {
        let viewer = Viewer::Member { id: world.people[self.who], session: None, token: None };
        let hub = world.hub(self.node).clone();
        let connection = hub.connect(super::world::TENANT, viewer, cursor.as_deref(), Scopes::FULL).await?;
        if cursor.is_some() && !connection.ready().resumed {
            return Err("a cursor was not taken up".into());
        }
        if cursor.is_none() {
            self.cursor.clone_from(&connection.ready().cursor);
        }
        self.connections.push(Opened { cursor: self.cursor.parse().ok(), at: world.last().await? });
        self.connection = Some(connection);
        Ok(())
    }

    /// The connection is lost, and with it what was on its way; it goes on at `node` from its cursor.
    pub(super) async fn cut(&mut self, world: &mut World, node: Node) -> Result<()> {
        self.gone();
        self.node = node;
        self.come_back(world).await
    }

    /// The connection is lost.
    pub(super) fn gone(&mut self) {
        self.connection = None;
        self.waiting.clear();
    }

    pub(super) async fn come_back(&mut self, world: &mut World) -> Result<()> {
        self.connect(world, Some(self.cursor.clone())).await
    }

    /// Reads to the newest mark, or so many events at most.
    pub(super) async fn read(&mut self, world: &mut World, most: Option<usize>) -> Result<()> {
        let mark = world.mark_name();
        let mut left = most.unwrap_or(usize::MAX);
        while self.read != mark && left > 0 {
            left -= 1;
            let frame = self.next().await?;
            self.apply(world, frame).await?;
        }
        Ok(())
    }

    async fn next(&mut self) -> Result<Value> {
        loop {
            if let Some(frame) = self.waiting.pop_front() {
                if frame["cursor"].is_string() {
                    return Ok(frame);
                }
                continue;
            }
            let connection = self.connection.as_mut().ok_or("not connected")?;
            match connection.next().await {
                Batch::Frames(frames) => {
                    for bytes in frames {
                        let bytes: Vec<u8> = bytes.into();
                        self.waiting.push_back(serde_json::from_slice(&bytes)?);
                    }
                }
                Batch::End(end) => return Err(format!("client {} was sent away: {end:?}", self.who).into()),
            }
        }
    }

    async fn apply(&mut self, world: &mut World, frame: Value) -> Result<()> {
        frame["cursor"].as_str().unwrap_or_default().clone_into(&mut self.cursor);
        let (kind, data) = (frame["type"].as_str().unwrap_or_default(), &frame["data"]);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let room = text(&frame["room"]);
        let me = world.people[self.who].to_string();
        match kind {
            "organization.updated" => self.read = text(&data["organization"]["name"]),
            "message.posted" | "message.edited" => {
                let message: Message = serde_json::from_value(data["message"].clone())?;
                if let Some(messages) = self.view.get_mut(&room) {
                    let new = shown(&message);
                    let old = messages.entry(message.id.to_string()).or_insert_with(|| new.clone());
                    if new.version > old.version {
                        let reactions = std::mem::take(&mut old.reactions);
                        *old = Shown { reactions, ..new };
                    }
                }
            }
            "message.deleted" => {
                if let Some(messages) = self.view.get_mut(&room) {
                    messages.insert(text(&data["id"]), Shown { version: i64::MAX, ..Shown::default() });
                }
            }
            "reaction.added" | "reaction.removed" => {
                let found = self.view.get_mut(&room).and_then(|m| m.get_mut(&text(&data["message_id"])));
                if let Some(message) = found.filter(|m| m.text.is_some()) {
                    let one = (text(&data["emoji"]), text(&data["member_id"]));
                    if kind == "reaction.added" {
                        message.reactions.insert(one);
                    } else {
                        message.reactions.remove(&one);
                    }
                }
            }
            "member.joined" if data["member_id"] == me => {
                // It asks for what was said before it came.
                if let Some(messages) = fresh(world, self.who).await?.remove(&room) {
                    self.view.insert(room, messages);
                }
            }
            "member.left" if data["member_id"] == me => {
                self.view.remove(&room);
            }
            _ => {}
        }
        if kind.starts_with("message.") && kind != "message.thread" || kind.starts_with("reaction.") {
            self.heard.push(frame);
        }
        Ok(())
    }
}

fn shown(message: &Message) -> Shown {
    let text = match &message.body {
        Body::Markdown { text, .. } => Some(text.clone()),
        Body::System { event, .. } => Some(event.clone()),
        Body::Deleted => None,
    };
    let version = if text.is_some() { message.version } else { i64::MAX };
    let mut reactions = BTreeSet::new();
    for reaction in &message.reactions {
        reactions.extend(reaction.member_ids.iter().map(|m| (reaction.emoji.clone(), m.to_string())));
    }
    Shown { version, text, reactions }
}

/// What the server tells someone who asks anew.
pub(super) async fn fresh(world: &World, who: usize) -> Result<View> {
    let mut view = View::new();
    for room in world.app().ask(world.ctx(who), MyRooms).await? {
        let mut messages = BTreeMap::new();
        for message in everything(world, who, room.id).await? {
            messages.insert(message.id.to_string(), shown(&message));
        }
        view.insert(room.id.to_string(), messages);
    }
    Ok(view)
}

/// Every message of a room, as `who` may read them.
pub(super) async fn everything(world: &World, who: usize, room: RoomId) -> Result<Vec<Message>> {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let query = Messages { room, position: Position::After(after), limit: 200, replies: true };
        let window = world.app().ask(world.ctx(who), query).await?;
        after = window.items.last().map_or(after, |m| m.number);
        all.extend(window.items);
        if !window.has_after {
            return Ok(all);
        }
    }
}
