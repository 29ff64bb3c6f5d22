//! Looking people up.

use crate::{Ctx, Page, Query};
use portico_domain::member::{Member, Role};
use portico_policy::EnterOrganization;
use portico_store::Read;
use portico_types::{Error, MemberId, PageCursor, Result};

/// Guests see names, not addresses.
pub(crate) fn as_seen_by(role: Role, mut member: Member, me: MemberId) -> Member {
    if role == Role::Guest && member.id != me {
        member.email = None;
    }
    member
}

/// The people of the organization; for a guest, those of their channels.
pub struct People {
    pub search: String,
    pub cursor: Option<PageCursor>,
    pub limit: i64,
}

impl Query for People {
    type Out = Page<Member>;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        read.access_organization::<EnterOrganization>(&ctx.actor)?;
        let me = ctx.me()?;
        let role = read.standing(me)?.ok_or_else(Error::unauthenticated)?.role;
        let guest_of = (role == Role::Guest).then_some(me);
        let search = portico_text::names::fold(&self.search);
        Ok(read.members(&search, guest_of, self.cursor, self.limit)?.map(|m| as_seen_by(role, m, me)))
    }
}

/// Whether the asker may know of everybody here, which a guest may not.
pub struct KnowsEveryone;

impl Query for KnowsEveryone {
    type Out = bool;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<bool> {
        Ok(read.access_organization::<portico_policy::ListPeople>(&ctx.actor).is_ok())
    }
}

/// One person.
pub struct GetMember {
    pub id: MemberId,
}

impl Query for GetMember {
    type Out = Member;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Member> {
        read.access_organization::<EnterOrganization>(&ctx.actor)?;
        let me = ctx.me()?;
        let role = read.standing(me)?.ok_or_else(Error::unauthenticated)?.role;
        if role == Role::Guest && self.id != me && !read.shares_group(me, self.id)? {
            return Err(Error::not_found());
        }
        let member = read.member(self.id)?.ok_or_else(Error::not_found)?;
        Ok(as_seen_by(role, member, me))
    }
}
