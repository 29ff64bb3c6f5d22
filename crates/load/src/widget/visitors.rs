//! Visitors on a website and the agents who answer them: let in over the API, because only that knows how a
//! conversation begins.

use crate::{
    Result,
    crowd::{Ask, Crowd, QUIET, Who},
    http,
    lane::world,
    make::World,
    run::Place,
    server::Server,
};
use std::{collections::HashMap, path::PathBuf};

/// Conversations of a page.
const PAGE: usize = 200;

/// Where visitors and their agents meet.
pub(super) struct Desk {
    pub(super) agents: Vec<String>,
    key: String,
}

/// Somebody on the website.
pub(super) struct Visitor {
    token: String,
    id: String,
    ip: String,
    /// The conversation, once it has begun.
    conversation: String,
    /// Numbers of the newest message, as the team and as the visitor count.
    last: (u64, u64),
    /// The room as agents see it and as the visitor does.
    pub(super) rooms: (usize, usize),
}

/// An organization with so many agents to be, and the server behind a proxy of ours: visitors come from everywhere.
pub(super) fn start(place: &Place, agents: usize) -> Result<(PathBuf, World, Server)> {
    let (data, people) = world(place, "widget", agents, 1)?;
    let server = Server::start_with(&place.server, &data, &["--behind-proxy".to_owned()])?;
    Ok((data, people, server))
}

/// Makes an inbox and puts everybody into it.
pub(super) fn open_desk(server: &Server, people: &World) -> Result<Desk> {
    let (mut asker, owner) = server.owner()?;
    let inbox =
        asker.expect(&http::send("POST", "/inboxes", &owner, "{\"kind\":\"website\",\"name\":\"Shop\"}"))?;
    let text = |name: &str| inbox[name].as_str().map(String::from).ok_or("an inbox without id or key");
    let (id, key) = (text("id")?, text("key")?);
    for member in &people.members {
        asker.expect(&http::send("PUT", &format!("/inboxes/{id}/members/{member}"), &owner, ""))?;
    }
    Ok(Desk { agents: people.tokens.clone(), key })
}

impl Desk {
    /// Lets visitors in; each says hello, which begins a conversation.
    pub(super) fn welcome(&self, crowd: &mut Crowd, count: usize) -> Result<Vec<Visitor>> {
        for n in 0..count {
            let request = self.request("POST", "/visitor", &ip(n), "", "", "{}");
            ask(crowd, request, n);
        }
        crowd.drain()?;
        let mut visitors = Vec::with_capacity(count);
        let mut answers = crowd.take_answers();
        answers.sort_by_key(|a| a.tag);
        for (n, answer) in answers.iter().enumerate() {
            let json: serde_json::Value = serde_json::from_slice(&answer.body)?;
            let text = |value: &serde_json::Value| {
                value.as_str().map(String::from).ok_or("a visitor without token or id")
            };
            visitors.push(Visitor {
                token: text(&json["token"])?,
                id: text(&json["visitor"]["id"])?,
                ip: ip(n),
                conversation: String::new(),
                last: (0, 0),
                rooms: (0, 0),
            });
        }
        for (n, visitor) in visitors.iter().enumerate() {
            ask(crowd, self.says(visitor, &format!("hello-{n}"), "Hello, is anybody there?"), n);
        }
        crowd.drain()?;
        for answer in crowd.take_answers() {
            let json: serde_json::Value = serde_json::from_slice(&answer.body)?;
            let number = json["number"].as_u64().ok_or("a visitor's message without number")?;
            visitors[answer.tag as usize].last.1 = number;
        }
        self.find_conversations(crowd, &mut visitors)?;
        Ok(visitors)
    }

    /// Looks up which conversation is whose, as an agent would.
    fn find_conversations(&self, crowd: &mut Crowd, visitors: &mut [Visitor]) -> Result<()> {
        let mine: HashMap<String, usize> =
            visitors.iter().enumerate().map(|(n, v)| (v.id.clone(), n)).collect();
        let mut next = String::new();
        loop {
            let path = format!("/conversations?status=all&limit={PAGE}{next}");
            ask(crowd, http::get(&path, &self.agents[0]), 0);
            crowd.drain()?;
            let answer = crowd.take_answers().pop().ok_or("no page of conversations")?;
            let json: serde_json::Value = serde_json::from_slice(&answer.body)?;
            for item in json["items"].as_array().ok_or("a page without items")? {
                let whose = item["contact"]["id"].as_str().and_then(|id| mine.get(id));
                if let (Some(n), Some(id), Some(last)) =
                    (whose, item["id"].as_str(), item["last_number"].as_u64())
                {
                    id.clone_into(&mut visitors[*n].conversation);
                    visitors[*n].last.0 = last;
                }
            }
            match json["next"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => break,
            }
        }
        if let Some(n) = visitors.iter().position(|v| v.conversation.is_empty()) {
            return Err(format!("visitor {n} has no conversation").into());
        }
        Ok(())
    }

    /// Makes agents and visitors readers, the agents first, and opens their sockets.
    pub(super) fn seat(&self, crowd: &mut Crowd, visitors: &mut [Visitor]) -> Result<()> {
        for (n, visitor) in visitors.iter_mut().enumerate() {
            visitor.rooms.0 = crowd.add_room(&visitor.conversation, visitor.last.0);
            visitor.rooms.1 = crowd.add_room(&format!("visitor {n}"), visitor.last.1);
        }
        let all: Vec<usize> = visitors.iter().map(|v| v.rooms.0).collect();
        for agent in &self.agents {
            crowd.add_reader(Who::member(agent), &all);
        }
        for visitor in visitors.iter() {
            let who = Who {
                token: visitor.token.clone(),
                path: format!("/widget/v1/{}/stream", self.key),
                from: Some(visitor.ip.clone()),
            };
            crowd.add_reader(who, &[visitor.rooms.1]);
        }
        crowd.open(0..self.agents.len() + visitors.len())
    }

    /// A visitor writes.
    pub(super) fn says(&self, visitor: &Visitor, key: &str, text: &str) -> String {
        let body = format!("{{\"body\":\"{text}\"}}");
        self.request("POST", "/messages", &visitor.ip, &visitor.token, key, &body)
    }

    /// An agent answers.
    pub(super) fn answers(&self, agent: usize, visitor: &Visitor, key: &str, text: &str) -> String {
        let body = format!("{{\"body\":\"{text}\",\"ring\":\"everyone\"}}");
        let path = format!("/rooms/{}/messages", visitor.conversation);
        http::post(&path, &self.agents[agent], key, &body)
    }

    fn request(&self, method: &str, path: &str, ip: &str, token: &str, key: &str, body: &str) -> String {
        let token =
            if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
        let key = if key.is_empty() { String::new() } else { format!("Idempotency-Key: {key}\r\n") };
        format!(
            "{method} /widget/v1/{}{path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {ip}\r\n{token}{key}\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.key,
            body.len()
        )
    }
}

/// Where visitor `n` comes from, in a network that nobody uses.
fn ip(n: usize) -> String {
    format!("198.18.{}.{}", n / 250, n % 250 + 1)
}

fn ask(crowd: &mut Crowd, request: String, tag: usize) {
    let due = crowd.now();
    crowd.ask(Ask::new(QUIET, due, request).keep(tag as u64));
}

/// The text of a message of this mark.
pub(super) fn words(mark: &str) -> String {
    format!("{mark} can you tell me where my parcel is, please?")
}
