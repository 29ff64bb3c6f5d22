//! A small team for tests that are not about who may what.

use portico_domain::member::Role;
use portico_testkit::{HttpApp, Org, Person};
use serde_json::json;

pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) struct Team {
    pub(crate) org: Org,
    pub(crate) ann: Person,
    pub(crate) ben: Person,
    /// A public channel both are in.
    pub(crate) room: String,
}

impl Team {
    pub(crate) async fn of(h: &HttpApp) -> Self {
        let org = h.t.org("Acme").await;
        let ann = h.t.member(&org, "Ann", Role::Member).await;
        let ben = h.t.member(&org, "Ben", Role::Member).await;
        let room =
            h.as_member(&ann).post("/channels", json!({"name": "Lobby", "kind": "public"})).await.ok(201);
        let room = room["id"].as_str().expect("an id").to_owned();
        h.as_member(&ben).post(&format!("/rooms/{room}/members"), json!({})).await.ok(200);
        Self { org, ann, ben, room }
    }

    pub(crate) fn timeline(&self) -> String {
        format!("/rooms/{}/messages", self.room)
    }

    /// Ann says something; gives the message's id.
    pub(crate) async fn say(&self, h: &HttpApp, text: &str) -> String {
        let said = h.as_member(&self.ann).post(&self.timeline(), json!({"body": text})).await.ok(201);
        said["id"].as_str().expect("an id").to_owned()
    }

    /// How many messages of people there are in the room.
    pub(crate) async fn count(&self, h: &HttpApp) -> usize {
        let all = h.as_member(&self.ann).get(&self.timeline()).await.ok(200);
        all["items"].as_array().expect("messages").iter().filter(|m| m["body"]["kind"] == "markdown").count()
    }
}

/// Gives somebody made by the testkit a password.
pub(crate) async fn set_password(h: &HttpApp, who: &Person) {
    let secret = portico_types::Secret::new(PASSWORD.to_owned());
    let hash = portico_core::people::hash_password(&h.t.app, secret).await.expect("a hash");
    let id = who.id;
    h.t.app.db().write(who.tenant, 0, move |tx| tx.set_password(id, &hash)).await.expect("a password");
}
