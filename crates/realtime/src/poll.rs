//! Looking at the logs of all organizations at once, in case the bus has not said that they have grown: seldom while it
//! works, often while it does not.
//!
//! While it does not, it also asks whether the tokens of open connections still hold: their end is told over the bus,
//! and by no event.

use crate::{
    Viewer,
    hub::Shared,
    signal::{Ending, NodeNote},
    tenant::Tenant,
};
use portico_bus::Health;
use portico_types::{Result, TenantId, TokenId};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::time::Instant;

/// While the bus works.
const UP: Duration = Duration::from_secs(5);
/// While it does not.
const DOWN: Duration = Duration::from_millis(500);
/// Without one.
const ALONE: Duration = Duration::from_secs(1);

/// How long the logs may be out of sight before everybody here is sent to another node: what they see could be old, and
/// nothing would tell them.
const BLIND: Duration = Duration::from_secs(10);

/// Polls until the hub is gone.
pub(crate) async fn run(hub: Weak<Shared>) {
    // A token may have ended while the bus was coming up again.
    let mut was_down = true;
    // Since when the logs are out of sight, and whether people were told.
    let mut blind: Option<(Instant, bool)> = None;
    loop {
        let Some(shared) = hub.upgrade() else { return };
        let health = shared.peer.health();
        let every = shared.options.poll.unwrap_or(match health {
            Health::Up if blind.is_none() => UP,
            Health::Up | Health::Down(_) => DOWN,
            Health::Alone => ALONE,
        });
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = shared.poll_now.notified() => {}
        }
        let is_down = matches!(shared.peer.health(), Health::Down(_));
        let began = Instant::now();
        let looked = look(&shared, is_down || was_down).await;
        was_down = is_down || looked.is_err();
        let Err(e) = looked else {
            blind = None;
            continue;
        };
        let (since, told) = *blind.get_or_insert_with(|| {
            tracing::warn!(error = %e, "the event logs cannot be looked at; trying again");
            (began, false)
        });
        if since.elapsed() >= BLIND {
            if !told {
                blind = Some((since, true));
                tracing::warn!("the event logs are out of sight; streams are sent to other nodes");
            }
            shared.send_away();
        }
    }
}

async fn look(hub: &Arc<Shared>, tokens: bool) -> Result<()> {
    let loaded = hub.all();
    if loaded.is_empty() {
        return Ok(());
    }
    let (heads, epoch): (HashMap<TenantId, i64>, i64) =
        hub.db.read_instance(|tx| Ok((tx.log_heads()?.into_iter().collect(), tx.epoch()?))).await?;
    for tenant in &loaded {
        // Restored while this node had lost its connections to it.
        if tenant.lock().is_some_and(|state| state.index.epoch != epoch) {
            hub.begin_again(tenant);
            continue;
        }
        if let Some(head) = heads.get(&tenant.id)
            && *head > *tenant.progress.borrow()
        {
            tenant.put_wake(*head);
        }
        if tokens {
            end_lost_tokens(hub, tenant).await?;
        }
    }
    Ok(())
}

async fn end_lost_tokens(hub: &Shared, tenant: &Tenant) -> Result<()> {
    let used: HashSet<TokenId> = match tenant.lock() {
        Some(state) => {
            let conns = state.members.values().flatten();
            conns
                .filter_map(|c| if let Viewer::Member { token, .. } = c.viewer { token } else { None })
                .collect()
        }
        None => return Ok(()),
    };
    if used.is_empty() {
        return Ok(());
    }
    let now = hub.clock.now();
    let lost = hub
        .db
        .read(tenant.id, move |r| {
            let mut lost = Vec::new();
            for token in used {
                if r.token_row(token, now)?.is_none() {
                    lost.push(token);
                }
            }
            Ok(lost)
        })
        .await?;
    for token in lost {
        tenant.put_note(None, NodeNote::End(Ending::Token(token)));
    }
    Ok(())
}
