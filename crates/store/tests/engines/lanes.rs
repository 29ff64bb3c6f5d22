//! What lanes keep: commit order, each command alone, bounded queues.

use crate::world::{each, hold, note, open, organization, person};
use portico_domain::member::{MemberKind, Role};
use portico_store::{Engine, NewMember};
use portico_types::{Error, ErrorCode, Millis};

#[test]
fn events_are_numbered_in_commit_order_without_gaps_even_by_many_writers() {
    each("order", async |place| {
        let tenant = organization(place, 1).await;
        let other = organization(place, 2).await;
        let mut tasks = Vec::new();
        for writer in 0..24_u64 {
            let db = place.db.clone();
            tasks.push(tokio::spawn(async move {
                for n in 0..20 {
                    let tenant = if writer % 3 == 0 { other } else { tenant };
                    let fails = n % 5 == 4;
                    let outcome = db
                        .write(tenant, writer, move |tx| {
                            note(tx, writer * 100 + n);
                            if fails { Err(Error::forbidden("no")) } else { Ok(()) }
                        })
                        .await;
                    assert_eq!(outcome.is_err(), fails);
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        for (tenant, writers) in [(tenant, 16), (other, 8)] {
            let log = place.db.read(tenant, |r| r.events_after(0, 10_000)).await.unwrap();
            let numbers: Vec<i64> = log.iter().map(|e| e.seq).collect();
            assert_eq!(
                numbers,
                (1..=writers * 16).collect::<Vec<i64>>(),
                "what failed left no number and no gap"
            );
            assert_eq!(place.db.read(tenant, |r| r.last_event()).await.unwrap(), writers * 16);
            // Every writer's own events are in the order it wrote them.
            for writer in 0..24 {
                let own: Vec<i64> = log.iter().map(|e| e.at.0).filter(|at| at / 100 == writer).collect();
                assert!(own.is_sorted(), "writer {writer}: {own:?}");
            }
            let mut told: Vec<i64> =
                place.seen.lock().unwrap().iter().filter(|e| e.tenant == tenant).map(|e| e.seq).collect();
            told.sort_unstable();
            assert_eq!(told, numbers, "each was told once");
        }
    });
}

#[test]
fn a_command_that_fails_or_panics_is_rolled_back_alone() {
    each("alone", async |place| {
        let tenant = organization(place, 1).await;
        let writes = (1..=6_u64).map(|n| {
            let db = place.db.clone();
            let (name, member) = person(n);
            async move {
                db.write(tenant, 0, move |tx| {
                    let new = NewMember {
                        id: member,
                        kind: MemberKind::Person,
                        handle: &name,
                        name: &name,
                        email: None,
                        password: None,
                        role: Role::Member,
                        time_zone: "UTC",
                        language: "en",
                        at: Millis(1),
                    };
                    tx.insert_member(&new)?;
                    match n {
                        2 => Err(Error::forbidden("changed my mind")),
                        4 => panic!("a bug in a command"),
                        _ => Ok(n),
                    }
                })
                .await
            }
        });
        let mut outcomes = Vec::new();
        for handle in writes.map(tokio::spawn).collect::<Vec<_>>() {
            outcomes.push(handle.await.unwrap().is_ok());
        }
        assert_eq!(outcomes, [true, false, true, false, true, true]);
        for n in 1..=6 {
            let known = place.db.read(tenant, move |r| r.member(person(n).1)).await.unwrap().is_some();
            assert_eq!(known, n != 2 && n != 4, "person {n}");
        }
    });
}

#[test]
fn a_full_queue_is_said_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let place = open(Engine::Sqlite(dir.path().to_owned()), dir);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let tenant = organization(&place, 1).await;
        let lane = hold(&place, tenant).await;
        let mut tasks = Vec::new();
        let mut refused = 0;
        for n in 0..5_000 {
            let write = place.db.write(tenant, 0, move |tx| {
                note(tx, n);
                Ok(())
            });
            let mut write = Box::pin(write);
            // Polled once, each is queued or refused on the spot.
            let once = std::future::poll_fn(|cx| std::task::Poll::Ready(write.as_mut().poll(cx))).await;
            match once {
                std::task::Poll::Ready(Err(e)) => {
                    assert_eq!(e.code(), ErrorCode::Busy);
                    assert!(e.retry_after_s().is_some());
                    refused += 1;
                }
                std::task::Poll::Ready(Ok(())) => panic!("nothing can be done while the lane is held"),
                std::task::Poll::Pending => tasks.push(write),
            }
        }
        assert!(refused >= 5_000 - 4_096, "{refused}");
        lane.let_go().await;
        let queued = tasks.len();
        for task in tasks {
            task.await.unwrap();
        }
        let last = place.db.read(tenant, |r| r.last_event()).await.unwrap();
        assert_eq!(last, queued as i64);
    });
}
