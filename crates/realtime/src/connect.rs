//! Coming in: checking the right to be here, placing the connection, and finding where it left off.

use crate::{
    Connection, Options, Ready, Viewer,
    connection::Replay,
    cursor::plain,
    deliver,
    hub::Shared,
    options::CATCH_UP,
    state::{Conn, State},
    tenant::Tenant,
};
use portico_domain::{member::Role, session::Scopes};
use portico_types::{Error, LogPlace, Millis, Result, TenantId};
use std::sync::{Arc, atomic::Ordering};

/// How often an organization that is being forgotten is asked for again.
const TRIES: usize = 8;

/// What the store says about a viewer at one moment.
struct Known {
    /// Whether the session or token is still there, and the contact not blocked.
    valid: bool,
    /// When the session or token is over.
    expires_at: Option<Millis>,
    first: i64,
    last: i64,
    epoch: i64,
}

async fn ask_store(hub: &Shared, tenant: TenantId, viewer: Viewer) -> Result<Known> {
    let now = hub.clock.now();
    hub.db
        .read(tenant, move |r| {
            let mut expires_at = None;
            let valid = match viewer {
                Viewer::Member { id, session: Some(session), .. } => {
                    let row = r.session_row(session)?.filter(|s| s.member == id && s.expires_at > now);
                    expires_at = row.as_ref().map(|s| s.expires_at);
                    row.is_some()
                }
                Viewer::Member { id, token: Some(token), .. } => {
                    let row = r.token_row(token, now)?.filter(|t| t.member == id);
                    expires_at = row.as_ref().and_then(|t| t.expires_at);
                    row.is_some()
                }
                // A contact's rights are one bit. One that cannot be found has not been blocked.
                Viewer::Contact { id, inbox } => r.contact_of(inbox, id)?.is_none_or(|c| !c.blocked),
                Viewer::Member { .. } | Viewer::Reporter { .. } => true,
            };
            let LogPlace { epoch, seq } = r.log_place()?;
            Ok(Known { valid, expires_at, first: r.first_event()?, last: seq, epoch })
        })
        .await
}

pub(crate) async fn connect(
    hub: &Arc<Shared>,
    tenant: TenantId,
    viewer: Viewer,
    cursor: Option<&str>,
    scopes: Scopes,
) -> Result<Connection> {
    let known = ask_store(hub, tenant, viewer).await?;
    if !known.valid {
        return Err(Error::unauthenticated());
    }
    for _ in 0..TRIES {
        if hub.stopped.load(Ordering::Acquire) {
            return Err(Error::unavailable("the server is about to restart; come back in a moment"));
        }
        let tenant = hub.tenant(tenant).await?;
        catch_up(&tenant, known.last).await?;
        let (connection, at) = {
            let Some(mut state) = tenant.lock() else { continue };
            if state.closed {
                continue;
            }
            if state.index.epoch != known.epoch {
                drop(state);
                hub.begin_again(&tenant);
                continue;
            }
            (place(hub, &tenant, &mut state, viewer, cursor, scopes, &known)?, state.delivered)
        };
        // Had the right ended between the look at the store and now, the event that says so has passed unheard.
        if at > known.last && !ask_store(hub, tenant.id, viewer).await?.valid {
            return Err(Error::unauthenticated());
        }
        return Ok(connection);
    }
    Err(Error::busy())
}

/// Waits until this node has delivered what the store already holds: a member who has just been added, or a cursor
/// from a node that is further, would not be known here otherwise.
async fn catch_up(tenant: &Tenant, last: i64) -> Result<()> {
    let mut progress = tenant.progress.subscribe();
    if *progress.borrow_and_update() >= last {
        return Ok(());
    }
    tenant.put_wake(last);
    let caught_up = progress.wait_for(|delivered| *delivered >= last);
    match tokio::time::timeout(CATCH_UP, caught_up).await {
        Ok(Ok(_)) => Ok(()),
        _ => Err(Error::unavailable("the server is behind with its event log; try again in a moment")),
    }
}

fn check_limits(options: &Options, state: &State, viewer: &Viewer) -> Result<()> {
    let (limit, whose) = match viewer {
        Viewer::Member { .. } => (options.per_member, "member"),
        Viewer::Contact { .. } | Viewer::Reporter { .. } => (options.per_outside, "visitor"),
    };
    let has = state.count(viewer);
    if has >= limit {
        return Err(Error::conflict(
            None,
            format!("this {whose} has {has} live connections; the limit is {limit}. close one first"),
        ));
    }
    if options.per_tenant.is_some_and(|limit| state.connections >= limit) {
        return Err(Error::unavailable(
            "the organization has as many live connections as this server allows",
        ));
    }
    Ok(())
}

/// Puts the connection into the state. From here on it hears what is delivered.
fn place(
    hub: &Arc<Shared>,
    tenant: &Arc<Tenant>,
    state: &mut State,
    viewer: Viewer,
    cursor: Option<&str>,
    scopes: Scopes,
    known: &Known,
) -> Result<Connection> {
    let role = match viewer.member().map(|id| state.index.person(id)) {
        Some(Some(person)) if !person.suspended => Some(person.role),
        Some(_) => return Err(Error::unauthenticated()),
        None => None,
    };
    let asked = cursor.map(|text| open(hub, tenant.id, &viewer, role, text)).transpose()?;
    check_limits(&hub.options, state, &viewer)?;
    let at = state.delivered;
    // A number of another life of the log says nothing here.
    let asked = asked.filter(|asked| asked.epoch == known.epoch).map(|asked| asked.seq);
    let from = asked.filter(|from| {
        // Up to `delivered`, all is either in the log or too old to be.
        *from == at || *from < at && at - from <= hub.options.replay && (1..=from + 1).contains(&known.first)
    });
    let mut conn = Conn::new(hub.next_id(), viewer, scopes, at, hub.clock.now());
    conn.expires_at = known.expires_at;
    let conn = Arc::new(conn);
    state.add(&conn);
    let ready = Ready {
        cursor: deliver::cursor(
            hub,
            tenant.id,
            &viewer,
            role,
            LogPlace { epoch: known.epoch, seq: from.unwrap_or(at) },
        ),
        resumed: from.is_some(),
    };
    let replay = from.filter(|from| *from < at).map(|next| Replay { next, until: at });
    Ok(Connection::new(Arc::clone(hub), Arc::clone(tenant), conn, ready, replay))
}

fn open(hub: &Shared, tenant: TenantId, viewer: &Viewer, role: Option<Role>, text: &str) -> Result<LogPlace> {
    match role {
        // Who was a guest until now comes with a sealed cursor.
        Some(role) if role > Role::Guest => plain(text).or_else(|_| hub.sealer.open(tenant, viewer, text)),
        _ => hub.sealer.open(tenant, viewer, text),
    }
}
