//! Posting on an open schedule: the next target in turn, however the server does.

use crate::{
    Result,
    crowd::{Ask, Crowd},
    http,
    lane::text,
};
use portico_types::Id;

const SECOND: u64 = 1_000_000_000;

struct Target {
    room: usize,
    path: String,
    token: String,
}

/// See the module.
pub(crate) struct Poster {
    targets: Vec<Target>,
    text: String,
    every: u64,
    due: Option<u64>,
    made: usize,
}

impl Poster {
    pub(crate) fn new(per_second: u64) -> Self {
        Self { targets: Vec::new(), text: text(), every: SECOND / per_second, due: None, made: 0 }
    }

    /// Adds the owner of a token posting to a room: its place in the crowd and its id.
    pub(crate) fn aim(&mut self, room: usize, id: Id, token: &str) {
        self.targets.push(Target { room, path: format!("/rooms/{id}/messages"), token: token.to_owned() });
    }

    /// From now on so many a second.
    pub(crate) fn pace(&mut self, per_second: u64) {
        self.every = SECOND / per_second;
        self.restart();
    }

    /// The next is due at once, not when it would have been.
    pub(crate) fn restart(&mut self) {
        self.due = None;
    }

    /// Makes the posts that are due and says when the next is. Their answers are the first kind.
    pub(crate) fn act(&mut self, crowd: &mut Crowd, now: u64) -> Result<u64> {
        let mut due = self.due.unwrap_or(now);
        while due <= now {
            let target = self.targets.get(self.made % self.targets.len().max(1)).ok_or("nowhere to post")?;
            let (post, mark) = crowd.new_post(target.room, due);
            let body = format!("{{\"body\":\"{mark} {}\"}}", self.text);
            let request = http::post(&target.path, &target.token, &format!("load-{post}"), &body);
            crowd.ask(Ask::new(0, due, request).posts(post));
            self.made += 1;
            due += self.every;
        }
        self.due = Some(due);
        Ok(due)
    }
}
