//! Wakes a poll when something is due. The time limit of a poll counts in whole milliseconds, rounded up: on an open
//! schedule that would be half a millisecond of the client's own in every latency.

use crate::Result;
use mio::{Interest, Poll, Token, unix::SourceFd};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
use std::{
    os::fd::{AsRawFd, OwnedFd},
    time::Duration,
};

pub(crate) struct Alarm(OwnedFd);

impl Alarm {
    /// Wakes `poll` with an event of this token.
    pub(crate) fn at(poll: &Poll, token: Token) -> Result<Self> {
        let timer =
            timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        poll.registry().register(&mut SourceFd(&timer.as_raw_fd()), token, Interest::READABLE)?;
        Ok(Self(timer))
    }

    /// Goes off after this long, and not as it was set before.
    pub(crate) fn set(&self, wait: Duration) -> Result<()> {
        let none = Timespec { tv_sec: 0, tv_nsec: 0 };
        let once = Timespec { tv_sec: wait.as_secs().cast_signed(), tv_nsec: wait.subsec_nanos().into() };
        let timer = Itimerspec { it_interval: none, it_value: once };
        timerfd_settime(&self.0, TimerfdTimerFlags::empty(), &timer)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mio::Events;

    #[test]
    fn it_goes_off_each_time_it_was_set() {
        let mut poll = Poll::new().unwrap();
        let alarm = Alarm::at(&poll, Token(7)).unwrap();
        let mut events = Events::with_capacity(4);
        for _ in 0..3 {
            alarm.set(Duration::from_micros(100)).unwrap();
            poll.poll(&mut events, None).unwrap();
            assert!(events.iter().all(|e| e.token() == Token(7)) && !events.is_empty());
        }
    }
}
