//! The users at work: what is due is done, on an open schedule, by one of them at random.

use super::{
    mix::{Deed, REPLIES, kind, pick},
    people::People,
};
use crate::{
    Result,
    crowd::{Ask, Crowd},
    http,
    lane::text,
    words::{Words, word},
};
use portico_types::Id;
use std::collections::VecDeque;

/// Nanoseconds between two deeds of a person.
const PAUSE: u64 = 20_000_000_000;
/// Messages of a page.
const PAGE: usize = 30;
/// One post in this many goes to the channel of everybody.
const EVERYBODY: u64 = 100;
/// One page in this many is looked into.
const LOOKED_INTO: u64 = 50;
/// Posts remembered, to be edited.
const REMEMBERED: usize = 64;
/// Tags of pages begin here; below are posts, by author.
const PAGES: u64 = 1 << 32;

/// See the module.
pub(super) struct Users<'a> {
    people: &'a People,
    /// Those at work: the first of the organization.
    pub(super) count: usize,
    /// Places of the rooms in the crowd; the last is everybody's.
    rooms: &'a [usize],
    chance: Words,
    text: String,
    due: Option<u64>,
    deeds: u64,
    /// Message and author.
    mine: VecDeque<(Id, usize)>,
}

impl<'a> Users<'a> {
    pub(super) fn new(people: &'a People, rooms: &'a [usize]) -> Self {
        Self {
            people,
            count: 0,
            rooms,
            chance: Words::new(21),
            text: text(),
            due: None,
            deeds: 0,
            mine: VecDeque::new(),
        }
    }

    /// The next deed is due at once.
    pub(super) fn restart(&mut self) {
        self.due = None;
    }

    /// Does what is due and says when the next is.
    pub(super) fn act(&mut self, crowd: &mut Crowd, now: u64) -> Result<u64> {
        for answer in crowd.take_answers() {
            if let Err(what) = self.look_into(answer.tag, &answer.body) {
                crowd.fail(what.to_string());
            }
        }
        let mut due = self.due.unwrap_or(now);
        while due <= now {
            self.deed(crowd, due)?;
            due += PAUSE / self.count as u64;
        }
        self.due = Some(due);
        Ok(due)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.chance.number() % n as u64) as usize
    }

    fn even(&mut self) -> f64 {
        (self.chance.number() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn deed(&mut self, crowd: &mut Crowd, due: u64) -> Result<()> {
        self.deeds += 1;
        let even = self.even();
        let deed = pick(even);
        let user = self.below(self.count);
        let channels = &self.people.channels[user];
        let channel = channels[self.below(channels.len())];
        let directs = &self.people.directs[user];
        let direct = directs[self.below(directs.len())];
        let room = if self.below(10) < 6 { direct } else { channel };
        let known = &self.people.rooms[room].known;
        let message = known[self.below(known.len())];
        let term = self.chance.skewed(2_000) + 100;
        let mut asks = Asks { crowd, due, token: &self.people.world.tokens[user] };
        match deed {
            Deed::OpenChannel => self.open(&mut asks, channel),
            Deed::OpenDirect => self.open(&mut asks, direct),
            Deed::ScrollBack => {
                let (id, last) = (self.people.rooms[channel].id, self.people.rooms[channel].last);
                asks.get(
                    "scroll back",
                    &format!("/rooms/{id}/messages?limit={PAGE}&before={}", last.saturating_sub(20)),
                );
            }
            Deed::ForgetDraft => asks.draft(self.people.rooms[room].id, ""),
            Deed::SaveDraft => asks.draft(self.people.rooms[room].id, &self.text[..120]),
            Deed::LookWhatNeedsMe => asks.get("what needs me", "/inbox"),
            Deed::Post => self.post(crowd, due, user, room, message),
            Deed::ListThreads => asks.get("list threads", "/threads"),
            Deed::ReadThread => {
                let body = format!("{{\"read\":{}}}", self.people.rooms[room].last);
                asks.send("PUT", "read a thread", &format!("/messages/{message}/thread"), &body);
            }
            Deed::FollowLink => {
                let (id, last) = (self.people.rooms[room].id, self.people.rooms[room].last);
                asks.get("follow a link", &format!("/messages/{message}/preview"));
                asks.get("follow a link", &format!("/rooms/{id}/messages?limit={PAGE}&around={last}"));
            }
            Deed::OpenThread => asks.get("open a thread", &format!("/messages/{message}/thread")),
            Deed::Reconnect => {
                if crowd.is_live(user) {
                    crowd.cut(user);
                    crowd.come(user, due, kind("reconnect"))?;
                }
            }
            Deed::React => {
                let path = format!("/messages/{message}/reactions/%F0%9F%91%8D");
                asks.send("PUT", "react", &path, "");
            }
            Deed::Edit => self.edit(crowd, due),
            Deed::ListDrafts => asks.get("list drafts", "/drafts"),
            Deed::FindPeople => asks.get("find people", &format!("/members?limit=20&q=member{}", term % 97)),
            Deed::OpenProfile => {
                let other = self.people.world.members[term % self.count];
                asks.get("open a profile", &format!("/members/{other}"));
            }
            Deed::Search => asks.get("search", &format!("/search?limit=20&q={}", word(term))),
            Deed::FindChannels => asks.get("find channels", "/channels?limit=20&q=gen"),
            Deed::BeginDirect => {
                let other = self.people.world.members[(user + term) % self.count];
                let body = format!("{{\"member_ids\":[\"{other}\"]}}");
                asks.send("POST", "begin a direct", "/directs", &body);
            }
            Deed::Unfollow => {
                let path = format!("/messages/{message}/thread");
                asks.send("PUT", "unfollow", &path, "{\"following\":false}");
            }
            Deed::Reload => asks.get("reload the app", "/boot"),
        }
        Ok(())
    }

    /// The newest page and the mark that it was seen, as the web app does.
    fn open(&mut self, asks: &mut Asks<'_>, room: usize) {
        let made = &self.people.rooms[room];
        let path = format!("/rooms/{}/messages?limit={PAGE}", made.id);
        let keep = self.deeds.is_multiple_of(LOOKED_INTO).then_some(PAGES + room as u64);
        let request = http::get(&path, asks.token);
        asks.ask("open a room", request, keep);
        let last = asks.crowd.last_number(self.rooms[room]);
        asks.send(
            "POST",
            "mark read",
            &format!("/rooms/{}/read", made.id),
            &format!("{{\"number\":{last}}}"),
        );
    }

    fn post(&mut self, crowd: &mut Crowd, due: u64, user: usize, room: usize, message: Id) {
        let everybody = self.below(EVERYBODY as usize) == 0;
        let (id, place) = if everybody {
            (self.people.world.room, self.rooms[self.rooms.len() - 1])
        } else {
            (self.people.rooms[room].id, self.rooms[room])
        };
        let thread = if !everybody && self.even() < REPLIES {
            format!(",\"thread_id\":\"{message}\"")
        } else {
            String::new()
        };
        let (post, mark) = crowd.new_post(place, due);
        let body = format!("{{\"body\":\"{mark} {}\"{thread}}}", self.text);
        let token = &self.people.world.tokens[user];
        let request = http::post(&format!("/rooms/{id}/messages"), token, &format!("load-{post}"), &body);
        crowd.ask(Ask::new(kind("post"), due, request).posts(post).keep(user as u64));
    }

    fn edit(&mut self, crowd: &mut Crowd, due: u64) {
        let Some((message, author)) = self.mine.pop_front() else { return };
        let token = &self.people.world.tokens[author];
        let body = format!("{{\"body\":\"better: {}\",\"version\":1}}", self.text);
        Asks { crowd, due, token }.send("PATCH", "edit", &format!("/messages/{message}"), &body);
    }

    /// A post that was made, or a page that must be of its room and in order.
    fn look_into(&mut self, tag: u64, body: &[u8]) -> Result<()> {
        let json: serde_json::Value = serde_json::from_slice(body)?;
        if tag < PAGES {
            let id: Id = json["id"].as_str().unwrap_or_default().parse().map_err(|_| "a post without id")?;
            if self.mine.len() < REMEMBERED {
                self.mine.push_back((id, tag as usize));
            }
            return Ok(());
        }
        let room = self.people.rooms[(tag - PAGES) as usize].id.to_string();
        let items = json["items"].as_array().ok_or("a page without items")?;
        let numbers: Vec<u64> = items.iter().filter_map(|m| m["number"].as_u64()).collect();
        let ordered = numbers.windows(2).all(|pair| pair[0] < pair[1]);
        if items.is_empty() || numbers.len() != items.len() || !ordered {
            return Err(format!("a page of {room} has the messages {numbers:?}").into());
        }
        if items.iter().any(|m| m["room_id"].as_str() != Some(&room)) {
            return Err(format!("a page of {room} has messages of another room").into());
        }
        Ok(())
    }
}

/// Asking as one user at one moment.
struct Asks<'a> {
    crowd: &'a mut Crowd,
    due: u64,
    token: &'a str,
}

impl Asks<'_> {
    fn ask(&mut self, name: &str, request: String, keep: Option<u64>) {
        self.crowd.ask(Ask { keep, ..Ask::new(kind(name), self.due, request) });
    }

    fn get(&mut self, name: &str, path: &str) {
        self.ask(name, http::get(path, self.token), None);
    }

    fn send(&mut self, method: &str, name: &str, path: &str, body: &str) {
        self.ask(name, http::send(method, path, self.token, body), None);
    }

    fn draft(&mut self, room: Id, body: &str) {
        let body = format!("{{\"room_id\":\"{room}\",\"body\":\"{body}\"}}");
        self.send("PUT", "save or forget a draft", "/drafts", &body);
    }
}
