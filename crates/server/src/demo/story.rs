//! Telling a story in the past tense: whose turn it is, when it was, and the short verbs for what people do.
//!
//! Owns the demo's own clock, which stands at the time of the telling. Must not write anything but through commands.

use crate::{clock::SystemClock, config::Config, dice::SystemRng, serve};
use portico_blobs::{Blobs, image_worker::ImageWorker};
use portico_core::{
    App, Command, Ctx,
    messages::{self, PostMessage, React},
    people,
    rooms::{MarkRead, MyRooms},
};
use portico_domain::{file::File, message::Message, room::Ring};
use portico_policy::{Actor, Via};
use portico_types::{
    Clock, Error, ManualClock, MemberId, Millis, Result, RoomId, Secret, SessionId, TenantId,
};
use std::sync::{Arc, OnceLock};

/// Someone of the organization.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) id: MemberId,
}

/// See the module.
pub(super) struct Story {
    pub(super) app: App,
    pub(super) blobs: Blobs,
    pub(super) images: ImageWorker,
    clock: Arc<ManualClock>,
    now: Millis,
    tenant: OnceLock<TenantId>,
}

/// How long a turn takes, in ms.
const TURN: i64 = 55 * Millis::SECOND;

impl Story {
    /// Opens an empty database. It is closed when the story is dropped.
    pub(super) async fn begin(config: &Config) -> Result<Self> {
        let now = SystemClock.now();
        let clock = Arc::new(ManualClock::at(now));
        let opened = config.clone();
        let db = tokio::task::spawn_blocking(move || serve::open(&opened, |_| {}))
            .await
            .map_err(Error::internal)??;
        let app = App::new(db, Arc::<ManualClock>::clone(&clock), SystemRng);
        let blobs = Blobs::open(config.data.join("files")).await.map_err(Error::internal)?;
        Ok(Self {
            app,
            blobs,
            images: ImageWorker::new("/proc/self/exe"),
            clock,
            now,
            tenant: OnceLock::new(),
        })
    }

    /// Goes to a time of day (UTC) so many working days ago.
    pub(super) fn at(&self, working_days_ago: i64, hour: i64, minute: i64) {
        let mut day = self.now.0.div_euclid(Millis::DAY);
        let mut left = working_days_ago;
        while left > 0 {
            day -= 1;
            // Day 0 of unix time was a Thursday.
            if !matches!((day + 4).rem_euclid(7), 0 | 6) {
                left -= 1;
            }
        }
        self.go(Millis(day * Millis::DAY + hour * Millis::HOUR + minute * Millis::MINUTE));
    }

    /// Goes to so many minutes ago.
    pub(super) fn ago(&self, minutes: i64) {
        self.go(self.now.plus(-minutes * Millis::MINUTE));
    }

    fn go(&self, to: Millis) {
        let to = to.min(self.now);
        self.clock.advance(to.0 - self.clock.now().0);
    }

    /// A moment so many ms after the present.
    pub(super) fn after_now(&self, ms: i64) -> Millis {
        self.now.plus(ms)
    }

    /// Makes the organization and its owner.
    pub(super) async fn found(&self, name: &str, owner: &str, email: &str) -> Result<Person> {
        let made = people::set_up(
            &self.app,
            people::Setup {
                code: None,
                organization: name.to_owned(),
                name: owner.to_owned(),
                email: email.to_owned(),
                password: Secret::new(super::PASSWORD.to_owned()),
                user_agent: "portico demo".into(),
                ip: None,
            },
        )
        .await?;
        let _first = self.tenant.set(made.tenant);
        Ok(Person { id: made.signed_in.member.id })
    }

    /// A context for somebody outside or the server itself.
    pub(super) fn outside(&self, actor: Actor) -> Ctx {
        self.app.ctx(self.tenant.get().copied().unwrap_or(TenantId(0)), actor)
    }

    /// A context for a member.
    pub(super) fn ctx(&self, who: &Person) -> Ctx {
        self.outside(Actor::Member { id: who.id, via: Via::Session(SessionId::default()) })
    }

    /// Does something as a member.
    pub(super) async fn run<C: Command>(&self, who: &Person, command: C) -> Result<C::Out> {
        self.app.run(self.ctx(who), command).await
    }

    /// Writes any message; the next one comes a turn later.
    pub(super) async fn writes(&self, who: &Person, message: Words<'_>) -> Result<Message> {
        let ctx = self.ctx(who);
        let composed = messages::compose(&self.app, &ctx, message.text).await?;
        let post = PostMessage {
            room: message.room,
            composed,
            ring: message.ring,
            thread: message.thread.map(|root| root.id),
            files: message.files.iter().map(|f| f.id).collect(),
            confirm: true,
        };
        let posted = self.app.run(ctx, post).await?;
        self.turn();
        Ok(posted)
    }

    /// Lets a turn's time go by.
    pub(super) fn turn(&self) {
        self.go(self.clock.now().plus(TURN));
    }

    /// Writes into a channel or direct message.
    pub(super) async fn says(&self, who: &Person, room: RoomId, text: &str) -> Result<Message> {
        self.writes(who, Words { text, ..Words::to(room) }).await
    }

    /// Answers in a thread.
    pub(super) async fn replies(&self, who: &Person, root: &Message, text: &str) -> Result<Message> {
        self.writes(who, Words { text, thread: Some(root), ..Words::to(root.room_id) }).await
    }

    /// Writes with files.
    pub(super) async fn shows(
        &self,
        who: &Person,
        room: RoomId,
        text: &str,
        files: &[File],
    ) -> Result<Message> {
        self.writes(who, Words { text, files, ..Words::to(room) }).await
    }

    /// Writes on a desk, for those in a ring.
    pub(super) async fn tells(&self, who: &Person, room: RoomId, ring: Ring, text: &str) -> Result<Message> {
        self.writes(who, Words { text, ring: Some(ring), ..Words::to(room) }).await
    }

    /// Several people put an emoji on a message.
    pub(super) async fn react(&self, message: &Message, emoji: &str, people: &[&Person]) -> Result<()> {
        for who in people {
            self.run(who, React { message: message.id, emoji: emoji.to_owned(), on: true }).await?;
        }
        Ok(())
    }

    /// Someone reads all their channels to the end.
    pub(super) async fn catches_up(&self, who: &Person) -> Result<()> {
        for room in self.app.ask(self.ctx(who), MyRooms).await? {
            self.run(who, MarkRead { room: room.id, number: room.last_number }).await?;
        }
        Ok(())
    }
}

/// A message about to be written.
pub(super) struct Words<'a> {
    pub(super) room: RoomId,
    pub(super) text: &'a str,
    pub(super) ring: Option<Ring>,
    pub(super) thread: Option<&'a Message>,
    pub(super) files: &'a [File],
}

impl Words<'_> {
    /// An empty one, for `..` syntax.
    pub(super) fn to(room: RoomId) -> Self {
        Self { room, text: "", ring: None, thread: None, files: &[] }
    }
}
