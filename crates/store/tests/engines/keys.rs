//! Idempotency keys of commands that share a batch: each is used once, whoever comes with it and however many there are.

use crate::world::{Place, each, hold, id, note, organization};
use portico_store::{Db, Replay};
use portico_types::{ErrorCode, Id, Millis, TenantId};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// What somebody asks for under a key, and what became of it.
#[derive(Clone)]
struct Ask {
    tenant: TenantId,
    actor: Id,
    key: &'static str,
    fingerprint: [u8; 32],
    makes: u64,
    /// Does not look whether the key was used, as if another node used it between the look and the commit.
    blind: bool,
    /// Neither looks nor writes, as who is refused before that.
    idle: bool,
    /// How often it ran: once, but for those whose batch had to run again carefully.
    runs: Arc<AtomicUsize>,
}

impl Ask {
    fn new(tenant: TenantId, key: &'static str, makes: u64) -> Self {
        Self {
            tenant,
            actor: id(1),
            key,
            fingerprint: [1; 32],
            makes,
            blind: false,
            idle: false,
            runs: Arc::default(),
        }
    }

    async fn run(self, db: Db) -> Outcome {
        let Self { tenant, actor, key, fingerprint, makes, blind, idle, runs } = self;
        db.write_once(tenant, 0, Some((actor, key.to_owned())), move |tx| {
            runs.fetch_add(1, Ordering::Relaxed);
            if idle {
                return Ok(String::new());
            }
            if !blind && let Replay::Made(made) = tx.replay(actor, key, &fingerprint)? {
                return Ok(made);
            }
            note(tx, makes);
            tx.remember(actor, key, &fingerprint, &makes.to_string(), Millis(1))?;
            Ok(makes.to_string())
        })
        .await
        .map_err(|e| e.code())
    }
}

/// What was made, now or before.
type Outcome = Result<String, ErrorCode>;

/// Runs all of them in one batch, in this order.
async fn together(place: &Place, asks: &[Ask]) -> Vec<Outcome> {
    let lane = hold(place, asks[0].tenant).await;
    let mut waiting = Vec::new();
    for ask in asks {
        let mut one = Box::pin(ask.clone().run(place.db.clone()));
        // Polled once, each is in the queue.
        let queued = std::future::poll_fn(|cx| std::task::Poll::Ready(one.as_mut().poll(cx))).await;
        assert!(queued.is_pending(), "the lane is held");
        waiting.push(one);
    }
    lane.let_go().await;
    let mut outcomes = Vec::new();
    for one in waiting {
        outcomes.push(one.await);
    }
    outcomes
}

fn runs(asks: &[Ask]) -> Vec<usize> {
    asks.iter().map(|ask| ask.runs.load(Ordering::Relaxed)).collect()
}

async fn written(place: &Place, tenant: TenantId) -> Vec<i64> {
    let log = place.db.read(tenant, |r| r.events_after(0, 100)).await.unwrap();
    assert!(log.iter().zip(1..).all(|(e, n)| e.seq == n), "numbered without gaps");
    log.iter().map(|e| e.at.0).collect()
}

#[test]
fn a_key_is_used_once_in_a_batch_and_after_it() {
    each("keys_once", async |place| {
        let tenant = organization(place, 1).await;
        let ask = |key, makes| Ask::new(tenant, key, makes);
        let asks = [ask("a", 1), ask("b", 2), ask("a", 3), ask("a", 4)];
        let first = together(place, &asks).await;
        assert_eq!(runs(&asks), [1, 1, 1, 1]);
        assert_eq!(first.into_iter().map(Result::unwrap).collect::<Vec<_>>(), ["1", "2", "1", "1"]);
        let asks = [ask("c", 5), ask("a", 6), ask("b", 7), ask("c", 8)];
        let again = together(place, &asks).await;
        assert_eq!(runs(&asks), [1, 1, 1, 1]);
        assert_eq!(again.into_iter().map(Result::unwrap).collect::<Vec<_>>(), ["5", "1", "2", "5"]);
        assert_eq!(written(place, tenant).await, [1, 2, 5]);
    });
}

#[test]
fn a_key_is_its_actors_and_its_requests() {
    each("keys_whose", async |place| {
        let tenant = organization(place, 1).await;
        let ask = |key, makes| Ask::new(tenant, key, makes);
        together(place, &[ask("a", 1), ask("b", 2)]).await;
        let somebody_else = Ask { actor: id(2), ..ask("a", 3) };
        let something_else = Ask { fingerprint: [2; 32], ..ask("b", 4) };
        let outcomes = together(place, &[somebody_else, something_else, ask("c", 5)]).await;
        assert_eq!(outcomes[0], Ok("3".to_owned()));
        assert_eq!(outcomes[1], Err(ErrorCode::IdempotencyKeyReused));
        assert_eq!(outcomes[2], Ok("5".to_owned()));
        assert_eq!(written(place, tenant).await, [1, 2, 3, 5]);
    });
}

#[test]
fn a_key_another_node_used_meanwhile_fails_alone() {
    each("keys_race", async |place| {
        let tenant = organization(place, 1).await;
        let ask = |key, makes| Ask::new(tenant, key, makes);
        together(place, &[ask("a", 1)]).await;
        let late = Ask { blind: true, ..ask("a", 3) };
        let other = Ask::new(organization(place, 2).await, "a", 6);
        let asks = [ask("b", 2), late, ask("c", 4), other.clone(), Ask { makes: 7, ..other }];
        let outcomes = together(place, &asks).await;
        assert_eq!(runs(&asks)[0], 2, "once in good hope, once carefully");
        assert_eq!(outcomes[1], Err(ErrorCode::Conflict));
        for (place, made) in [(0, "2"), (2, "4"), (3, "6"), (4, "6")] {
            assert_eq!(outcomes[place], Ok(made.to_owned()));
        }
        assert_eq!(written(place, tenant).await, [1, 2, 4]);
    });
}

#[test]
fn organizations_that_share_a_batch_keep_their_own() {
    each("keys_whose_organization", async |place| {
        let (one, two) = (organization(place, 1).await, organization(place, 2).await);
        let asks: Vec<Ask> = [(one, "a"), (two, "a"), (one, "b"), (two, "b"), (one, "a"), (two, "c")]
            .into_iter()
            .zip(1..)
            .map(|((tenant, key), makes)| Ask::new(tenant, key, makes))
            .collect();
        let outcomes = together(place, &asks).await;
        assert_eq!(runs(&asks), [1; 6]);
        assert_eq!(
            outcomes.into_iter().map(Result::unwrap).collect::<Vec<_>>(),
            ["1", "2", "3", "4", "1", "6"]
        );
        assert_eq!(written(place, one).await, [1, 3]);
        assert_eq!(written(place, two).await, [2, 4, 6]);
    });
}

#[test]
fn what_was_found_for_one_organization_is_not_told_to_another() {
    each("keys_left_over", async |place| {
        let (one, two) = (organization(place, 1).await, organization(place, 2).await);
        together(place, &[Ask::new(one, "a", 1), Ask::new(one, "b", 2)]).await;
        // What is known of these is left over when the other organization's turn comes.
        let idle = |key| Ask { idle: true, ..Ask::new(one, key, 0) };
        let outcomes = together(place, &[idle("a"), idle("b"), Ask::new(two, "a", 3)]).await;
        assert_eq!(outcomes[2], Ok("3".to_owned()));
    });
}
