//! Frames in a row. Most of the time there is one or none: the first lies in place, so that a delivery touches no other
//! memory, and only what waits behind it is on the heap.

use bytes::Bytes;
use std::collections::VecDeque;

/// Places kept for those behind the first when they have gone.
const KEPT: usize = 4;

/// See the module. Invariant: nobody waits behind a first that is not there.
#[derive(Default)]
pub(crate) struct Waiting {
    first: Option<Bytes>,
    behind: VecDeque<Bytes>,
}

impl Waiting {
    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    pub(crate) fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.behind.len()
    }

    pub(crate) fn push(&mut self, frame: Bytes) {
        match self.first {
            None => self.first = Some(frame),
            Some(_) => self.behind.push_back(frame),
        }
    }

    pub(crate) fn first_mut(&mut self) -> Option<&mut Bytes> {
        self.first.as_mut()
    }

    pub(crate) fn pop(&mut self) -> Option<Bytes> {
        let next = self.behind.pop_front();
        if self.behind.is_empty() && self.behind.capacity() > KEPT {
            self.behind = VecDeque::new();
        }
        std::mem::replace(&mut self.first, next)
    }

    /// The first, when nobody waits behind it.
    pub(crate) fn only(&self) -> Option<&Bytes> {
        self.first.as_ref().filter(|_| self.behind.is_empty())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Bytes> {
        self.first.iter().chain(&self.behind)
    }

    /// All of them, in order.
    pub(crate) fn take(&mut self) -> Vec<Bytes> {
        let Self { first, behind } = std::mem::take(self);
        first.into_iter().chain(behind).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_leave_in_the_order_they_came() {
        let mut waiting = Waiting::default();
        let texts = |frames: Vec<Bytes>| frames.iter().map(|f| f[0]).collect::<Vec<u8>>();
        assert!(waiting.is_empty() && waiting.pop().is_none());
        for n in 0..9 {
            waiting.push(Bytes::from(vec![n]));
        }
        assert_eq!((waiting.len(), waiting.iter().count()), (9, 9));
        assert_eq!(waiting.pop().as_deref(), Some(&[0][..]));
        assert_eq!(waiting.first_mut().map(|f| f[0]), Some(1));
        waiting.push(Bytes::from(vec![9]));
        assert_eq!(texts(waiting.take()), (1..=9).collect::<Vec<u8>>());
        assert!(waiting.is_empty());
        assert_eq!((waiting.len(), waiting.only()), (0, None));
        waiting.push(Bytes::from(vec![1]));
        assert_eq!(waiting.only().map(|f| f[0]), Some(1));
        waiting.push(Bytes::from(vec![2]));
        assert_eq!(waiting.only(), None);
        assert_eq!(texts(vec![waiting.pop().unwrap(), waiting.pop().unwrap()]), [1, 2]);
        assert!(waiting.is_empty());
    }
}
