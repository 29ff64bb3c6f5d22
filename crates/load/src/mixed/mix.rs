//! What people do all day, and how often: the weights of a user of the load test that Mattermost publishes
//! (mattermost-load-test-ng, simulcontroller, June 2026), relative to one post; they were taken there from production
//! metrics. Actions that Portico does not have, and those rarer than one in three thousand, are left out, but for the
//! reload of the whole app.

/// Something somebody does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Deed {
    OpenChannel,
    ScrollBack,
    ForgetDraft,
    LookWhatNeedsMe,
    Post,
    OpenDirect,
    ListThreads,
    SaveDraft,
    ReadThread,
    FollowLink,
    OpenThread,
    Reconnect,
    React,
    Edit,
    ListDrafts,
    FindPeople,
    OpenProfile,
    Search,
    FindChannels,
    BeginDirect,
    Unfollow,
    Reload,
}

/// Weights of SwitchChannel, ScrollChannel, DeleteDraft, UnreadCheck, CreatePost, OpenDirectOrGroupChannel,
/// ViewGlobalThreads, UpsertDraft, UpdateThreadRead, ClickPermalink, ViewThread, ReconnectWebSocket, AddReaction,
/// EditPost, GetDrafts, SearchUsers, ClickUserProfile, SearchPosts in one and all teams, SearchChannels and
/// SearchGroupChannels, CreateDirectChannel, UnfollowThread, FullReload.
const MIX: [(Deed, f64); 22] = [
    (Deed::OpenChannel, 6.5219),
    (Deed::ScrollBack, 1.9873),
    (Deed::ForgetDraft, 1.41),
    (Deed::LookWhatNeedsMe, 1.0),
    (Deed::Post, 1.0),
    (Deed::OpenDirect, 0.9843),
    (Deed::ListThreads, 0.6023),
    (Deed::SaveDraft, 0.504),
    (Deed::ReadThread, 0.3236),
    (Deed::FollowLink, 0.3),
    (Deed::OpenThread, 0.2841),
    (Deed::Reconnect, 0.144),
    (Deed::React, 0.1306),
    (Deed::Edit, 0.04),
    (Deed::ListDrafts, 0.037),
    (Deed::FindPeople, 0.032),
    (Deed::OpenProfile, 0.03),
    (Deed::Search, 0.0218 + 0.0109),
    (Deed::FindChannels, 0.0204 + 0.0150),
    (Deed::BeginDirect, 0.0055),
    (Deed::Unfollow, 0.0050),
    (Deed::Reload, 0.0008),
];

/// One in this share of posts answers another in its thread.
pub(super) const REPLIES: f64 = 0.18;

/// The deed of a number in 0..1.
pub(super) fn pick(even: f64) -> Deed {
    let mut left = even * MIX.iter().map(|(_, weight)| weight).sum::<f64>();
    for (deed, weight) in MIX {
        if left < weight {
            return deed;
        }
        left -= weight;
    }
    Deed::OpenChannel
}

/// How often a deed is done for each post.
pub(super) fn weight(deed: Deed) -> f64 {
    MIX.iter().filter(|(other, _)| *other == deed).map(|(_, weight)| weight).sum()
}

/// What is timed, for people; a deed may be several.
pub(super) const KINDS: [&str; 21] = [
    "open a room",
    "mark read",
    "scroll back",
    "save or forget a draft",
    "what needs me",
    "post",
    "list threads",
    "read a thread",
    "follow a link",
    "open a thread",
    "reconnect",
    "react",
    "edit",
    "list drafts",
    "find people",
    "open a profile",
    "search",
    "find channels",
    "begin a direct",
    "unfollow",
    "reload the app",
];

/// The place of a name in `KINDS`.
pub(super) fn kind(name: &str) -> usize {
    KINDS.iter().position(|k| *k == name).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deeds_come_as_often_as_they_weigh() {
        let total: f64 = MIX.iter().map(|(_, weight)| weight).sum();
        let count = |deed| (0..100_000).filter(|n| pick(f64::from(*n) / 100_000.0) == deed).count() as f64;
        for (deed, weight) in MIX {
            let expected = weight / total * 100_000.0;
            assert!((count(deed) - expected).abs() <= 2.0, "{deed:?}: {} of {expected}", count(deed));
        }
    }
}
