//! Much at once: told in one go, to each what they may hear, and without anyone waiting for a crowd elsewhere.

use crate::world::{Client, World, cursor_of, id, member, posted, room, says, to};
use portico_domain::{
    event::{Audience, Event},
    member::Role,
    room::{GroupKind, Ring},
    session::{Scope, Scopes},
};
use portico_realtime::{Line, Viewer};
use portico_types::{ContactId, InboxId, Millis};
use std::{
    io::{self, IoSlice},
    sync::{Arc, Condvar, Mutex},
};
use tokio::sync::mpsc;

/// What a conversation's people say, with who may hear it: its team, guests who help, the contact.
fn conversation() -> Vec<(Ring, &'static str)> {
    use Ring::{Everyone, Guests, Team};
    let rings = [Everyone, Everyone, Team, Team, Guests, Everyone, Guests, Guests, Team, Everyone];
    rings.into_iter().zip(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]).collect()
}

#[tokio::test]
async fn what_comes_at_once_reaches_each_as_if_it_had_come_one_by_one() {
    for together in [false, true] {
        let world = World::new();
        let org = world.organization("a").await;
        let (ann, gil) = (org.person(1, Role::Member).await, org.person(2, Role::Guest).await);
        let (stranger, boss) = (org.person(3, Role::Member).await, org.person(4, Role::Owner).await);
        for who in [ann, gil] {
            org.join(id(70), GroupKind::Program, who).await;
            org.join(id(50), GroupKind::Room, who).await;
        }
        let contact = Viewer::Contact { id: ContactId(id(9)), inbox: InboxId(id(70)) };
        let mut clients: Vec<Client> = Vec::new();
        for who in [ann, gil, stranger, boss] {
            clients.push(org.enter(who).await);
        }
        clients
            .push(org.connect_at(&world.hub, member(ann), None, Scopes::of(&[Scope::Read])).await.unwrap());
        let mut outside = org.connect(contact, None).await.unwrap();

        let audience = |ring| Audience::Group { group: id(70), ring, outside: Some(id(9)), admins: true };
        let mut events: Vec<(Audience, Event)> = Vec::new();
        for (ring, text) in conversation() {
            events.push((audience(ring), posted(room(80), ring, text)));
            if text == "f" {
                events.push((to(id(50), Ring::Everyone), posted(room(50), Ring::Everyone, "room 1")));
                events.push((to(id(50), Ring::Everyone), posted(room(50), Ring::Everyone, "room 2")));
            }
        }
        if together {
            org.write(move |tx| {
                for (audience, event) in &events {
                    tx.emit(Millis(1), Some(room(80)), audience.clone(), event.clone());
                }
                Ok(())
            })
            .await;
        } else {
            for (audience, event) in events {
                org.emit(Some(room(80)), audience, event).await;
            }
        }
        org.mark("end").await;
        let mut heard = Vec::new();
        for client in &mut clients {
            let frames = client.until("end").await;
            let mut cursors: Vec<String> = frames.iter().map(|f| cursor_of(f)).collect();
            cursors.dedup();
            assert_eq!(cursors.len(), frames.len(), "each frame has a cursor of its own");
            heard.push(frames.iter().map(|f| says(f)).collect::<Vec<_>>().join(" "));
        }
        let all = "a b c d e f room 1 room 2 g h i j";
        assert_eq!(heard, [all, "a b e f room 1 room 2 g h j", "", "a b c d e f g h i j", "room 1 room 2"]);
        let frames = [outside.next().await, outside.next().await, outside.next().await, outside.next().await];
        let said: Vec<String> = frames.iter().map(|f| says(f.as_ref().unwrap())).collect();
        assert_eq!(said, ["a", "b", "f", "j"]);
    }
}

const LOUD: &str = "to the crowd";

/// A client whose writes of what is loud stand still until the gate opens; it tells of each, and when it was told of
/// somebody.
struct Gated {
    gate: Arc<(Mutex<bool>, Condvar)>,
    told: mpsc::UnboundedSender<()>,
    of: String,
    knows: mpsc::UnboundedSender<()>,
}

impl Line for Gated {
    fn write(&self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        let says = |words: &str| parts.iter().any(|p| String::from_utf8_lossy(p).contains(words));
        if says(&self.of) {
            let _nobody_counts = self.knows.send(());
        }
        if says(LOUD) {
            let _nobody_counts = self.told.send(());
            let mut open = self.gate.0.lock().unwrap();
            while !*open {
                open = self.gate.1.wait(open).unwrap();
            }
        }
        Ok(parts.iter().map(|p| p.len()).sum())
    }
}

/// Opens the gate whatever happens: a runtime does not end while its workers stand still.
struct Opens(Arc<(Mutex<bool>, Condvar)>);

impl Drop for Opens {
    fn drop(&mut self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }
}

// Four workers stand still at the gates of the crowd: as many as write to it.
#[tokio::test(flavor = "multi_thread", worker_threads = 6)]
async fn a_small_room_does_not_wait_for_a_crowd() {
    const CROWD: u32 = 600;
    let world = World::new();
    let org = world.organization("a").await;
    let (ann, bob) = (org.person(1, Role::Member).await, org.person(2, Role::Member).await);
    for who in [ann, bob] {
        org.join(id(51), GroupKind::Room, who).await;
    }
    org.join(id(50), GroupKind::Room, bob).await;
    let gate = Arc::new((Mutex::new(false), Condvar::new()));
    let (told, mut writes) = mpsc::unbounded_channel();
    let (knows, mut known) = mpsc::unbounded_channel();
    let mut crowd = Vec::new();
    for _ in 0..CROWD / 50 {
        let who = org.person(10 + crowd.len() as u32, Role::Member).await;
        org.join(id(50), GroupKind::Room, who).await;
        for _ in 0..50 {
            let client = org.enter(who).await;
            let (gate, told, knows) = (Arc::clone(&gate), told.clone(), knows.clone());
            client.connection.open(Arc::new(Gated { gate, told, of: ann.to_string(), knows }));
            crowd.push(client);
        }
    }
    // After the crowd: where this test fails, the gate opens before anybody of it is dropped.
    let opens = Opens(Arc::clone(&gate));
    let mut small = org.enter(ann).await;
    // That she has come is told to everybody, too; nothing else is, from then on. Who is still being told of her would be
    // told what is loud in the same go, and what is much waits for what was much before.
    while small.moment("presence").await["data"]["members"][ann.to_string()].is_null() {}
    for _ in 0..CROWD {
        known.recv().await.unwrap();
    }
    org.say(room(50), LOUD).await;
    writes.recv().await.unwrap();
    for n in 0..10 {
        org.say(room(51), &n.to_string()).await;
        assert_eq!(says(&small.next().await.unwrap()), n.to_string());
    }
    assert!(writes.len() < CROWD as usize / 2, "the crowd had been written to");
    drop(opens);
    for _ in 1..CROWD {
        writes.recv().await.unwrap();
    }
}
