//! Organizations and members, made directly in the store: how they come about is not what most tests are about.

use crate::TestApp;
use portico_domain::{
    member::{MemberKind, Role},
    organization::Organization,
    room::{GroupKind, GroupRole},
};
use portico_policy::{Actor, Reason, Via};
use portico_store::NewMember;
use portico_types::{Clock, Id, MemberId, SessionId, TenantId};

/// An organization with its first owner.
#[derive(Clone, Debug)]
pub struct Org {
    /// Its row key.
    pub tenant: TenantId,
    /// Who may everything there.
    pub owner: Person,
}

/// A member who can be asked to do things.
#[derive(Clone, Debug)]
pub struct Person {
    /// Where.
    pub tenant: TenantId,
    /// Who.
    pub id: MemberId,
    /// The name others see.
    pub name: String,
}

impl Person {
    /// The member, signed in.
    pub fn actor(&self) -> Actor {
        Actor::Member { id: self.id, via: Via::Session(SessionId(Id([1; 16]))) }
    }
}

impl TestApp {
    /// A new organization and its owner. `name` makes the slug too, so it is used once.
    pub async fn org(&self, name: &str) -> Org {
        let ctx = self.app.ctx(TenantId(0), Actor::System(Reason::Setup));
        let organization = Organization { id: ctx.id(), slug: name.to_lowercase(), name: name.to_owned() };
        let now = self.clock.now();
        let tenant = self
            .app
            .db()
            .write_instance(move |tx| tx.create_organization(&organization, now))
            .await
            .expect("an organization can be made");
        let owner = self.member_of(tenant, "Olive Owner", Role::Owner).await;
        Org { tenant, owner }
    }

    /// A new member of `org`. The handle is the name in lower case with dashes, the address `handle@example.org`.
    pub async fn member(&self, org: &Org, name: &str, role: Role) -> Person {
        self.member_of(org.tenant, name, role).await
    }

    /// Puts a member into a group of people (an inbox's agents, a program's team) without any command.
    pub async fn join(&self, group: impl Into<Id>, kind: GroupKind, who: &Person) {
        let (group, member, now) = (group.into(), who.id, self.clock.now());
        self.app
            .db()
            .write(who.tenant, 0, move |tx| tx.join_group(group, kind, member, GroupRole::Member, now))
            .await
            .expect("a member joins");
    }

    async fn member_of(&self, tenant: TenantId, name: &str, role: Role) -> Person {
        let id: MemberId = self.app.ctx(tenant, Actor::System(Reason::Setup)).id();
        let (text, now) = (name.to_owned(), self.clock.now());
        self.app
            .db()
            .write(tenant, 0, move |tx| {
                let handle = text.to_lowercase().replace(' ', "-");
                let email = format!("{handle}@example.org");
                tx.insert_member(&NewMember {
                    id,
                    kind: MemberKind::Person,
                    handle: &handle,
                    name: &text,
                    email: Some(&email),
                    password: None,
                    role,
                    time_zone: "UTC",
                    language: "en",
                    at: now,
                })
            })
            .await
            .expect("a member can be added");
        Person { tenant, id, name: name.to_owned() }
    }
}
