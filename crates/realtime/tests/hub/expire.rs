//! What ends with time: a session or token that is over hears nothing that happens after.

use crate::world::{Org, World, id};
use portico_domain::{
    member::Role,
    session::{Scope, Scopes},
};
use portico_policy::{Actor, ManageAccess, Via};
use portico_realtime::{End, Viewer};
use portico_store::{NewSession, NewToken};
use portico_types::{MemberId, Millis, SecretHash, SessionId, TokenId};

async fn session(org: &Org<'_>, member: MemberId, n: u32, expires_at: Millis) -> Viewer {
    org.write(move |tx| {
        tx.insert_session(&NewSession {
            id: SessionId(id(n)),
            member,
            hash: SecretHash([n as u8; 32]),
            csrf: "",
            at: Millis(1),
            expires_at,
            user_agent: "",
            ip: "",
        })
    })
    .await;
    Viewer::Member { id: member, session: Some(SessionId(id(n))), token: None }
}

async fn token(org: &Org<'_>, member: MemberId, session: u32, n: u32, expires_at: Option<Millis>) -> Viewer {
    org.write(move |tx| {
        let actor = Actor::Member { id: member, via: Via::Session(SessionId(id(session))) };
        let permit = tx.access_organization::<ManageAccess>(&actor)?;
        let (id, scopes) = (TokenId(id(n)), Scopes::of(&[Scope::Read]));
        let hash = SecretHash([n as u8; 32]);
        tx.insert_token(&permit, &NewToken { id, member, hash, name: "t", scopes, at: Millis(1), expires_at })
    })
    .await;
    Viewer::Member { id: member, session: None, token: Some(TokenId(id(n))) }
}

#[tokio::test]
async fn who_has_expired_hears_nothing_that_happens_after() {
    let world = World::new();
    let org = world.organization("a").await;
    let ann = org.person(1, Role::Member).await;
    let now = crate::world::now(&world);
    let viewers = [
        session(&org, ann, 11, now.plus(Millis::MINUTE)).await,
        session(&org, ann, 12, now.plus(Millis::HOUR)).await,
        token(&org, ann, 12, 21, Some(now.plus(2 * Millis::MINUTE))).await,
        token(&org, ann, 12, 22, None).await,
    ];
    let mut clients = Vec::new();
    for viewer in viewers {
        clients.push(org.connect(viewer, None).await.unwrap());
    }
    // To the last moment it is there.
    world.clock.advance(Millis::MINUTE - 1);
    org.mark("before").await;
    for client in &mut clients {
        assert!(client.heard("before").await.is_empty());
    }
    world.clock.advance(1);
    org.mark("after").await;
    for (n, client) in clients.iter_mut().enumerate() {
        if n == 0 {
            assert_eq!(client.next().await, Err(End::Revoked));
        } else {
            assert!(client.heard("after").await.is_empty());
        }
    }
    // The next one is due by its own time, and the one without an end never is.
    world.clock.advance(Millis::MINUTE);
    org.mark("later").await;
    assert_eq!(clients[2].next().await, Err(End::Revoked));
    for n in [1, 3] {
        assert!(clients[n].heard("later").await.is_empty());
    }
    world.clock.advance(Millis::DAY);
    org.mark("much later").await;
    assert_eq!(clients[1].next().await, Err(End::Revoked));
    assert!(clients[3].heard("much later").await.is_empty());
    assert_eq!(world.hub.stats().connections, 1);
}

#[tokio::test]
async fn who_has_expired_is_told_though_nothing_happens() {
    let world = World::new();
    let org = world.organization("a").await;
    let ann = org.person(1, Role::Member).await;
    let viewer = session(&org, ann, 11, crate::world::now(&world).plus(Millis::MINUTE)).await;
    let mut client = org.connect(viewer, None).await.unwrap();
    world.clock.advance(Millis::MINUTE);
    assert_eq!(client.end().await, End::Revoked);
}
