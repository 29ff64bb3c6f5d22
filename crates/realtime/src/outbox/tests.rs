//! What a queue owes: every byte once and in order, its limits, its end.

use super::*;

const BOUNDS: Bounds = Bounds { frames: 3, bytes: 10 };

fn take(out: &Outbox) -> Option<Result<Vec<Bytes>, End>> {
    match out.poll_take(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(taken) => Some(taken),
        Poll::Pending => None,
    }
}

fn need(out: &Outbox) -> Option<Need> {
    match out.poll_need(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(need) => Some(need),
        Poll::Pending => None,
    }
}

/// Takes so many bytes and then no more.
struct Narrow(Mutex<(usize, Vec<u8>)>);

impl Narrow {
    fn new(room: usize) -> Arc<Self> {
        Arc::new(Self(Mutex::new((room, Vec::new()))))
    }

    fn widen(&self, room: usize) {
        self.0.lock().unwrap().0 += room;
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().1.clone()).unwrap()
    }
}

impl Line for Narrow {
    fn write(&self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        let (room, all) = &mut *self.0.lock().unwrap();
        let before = *room;
        for byte in parts.iter().flat_map(|p| p.iter()).take(before) {
            all.push(*byte);
            *room -= 1;
        }
        if before == *room { Err(ErrorKind::WouldBlock.into()) } else { Ok(before - *room) }
    }
}

#[test]
fn a_queue_has_an_end_in_frames_and_in_bytes() {
    let out = Outbox::default();
    assert_eq!(out.push(&Bytes::from_static(b"a"), BOUNDS), Pushed::First);
    assert_eq!(out.push(&Bytes::from_static(b"b"), BOUNDS), Pushed::Behind);
    assert_eq!(take(&out).unwrap().unwrap().len(), 2);
    assert_eq!(take(&out), None);
    for _ in 0..3 {
        out.push(&Bytes::from_static(b"c"), BOUNDS);
    }
    assert_eq!(out.push(&Bytes::from_static(b"d"), BOUNDS), Pushed::Overflow);
    assert_eq!(take(&out).unwrap().unwrap_err(), End::Resume);
    assert_eq!(out.push(&Bytes::from_static(b"e"), BOUNDS), Pushed::Over);
    let out = Outbox::default();
    assert_eq!(out.push(&Bytes::from_static(b"larger than all"), BOUNDS), Pushed::First);
    assert_eq!(out.push(&Bytes::from_static(b"a"), BOUNDS), Pushed::Overflow);
}

#[test]
fn the_first_reason_stands_and_what_waits_goes() {
    let out = Outbox::default();
    out.push(&Bytes::from_static(b"a"), BOUNDS);
    out.end(End::Revoked);
    out.end(End::Resume);
    assert_eq!(take(&out).unwrap().unwrap_err(), End::Revoked);
}

#[test]
fn what_may_be_lost_does_not_fill_a_queue() {
    let out = Outbox::default();
    for _ in 0..10 {
        out.push_loose(&Bytes::from_static(b"a"), BOUNDS);
    }
    assert_eq!(take(&out).unwrap().unwrap().len(), 1);
}

#[test]
fn a_line_gets_every_byte_in_order_however_little_it_takes_at_once() {
    let bounds = Bounds { frames: 1000, bytes: 100_000 };
    for step in [1, 2, 3, 7, 64, 1000] {
        let (out, line) = (Outbox::default(), Narrow::new(0));
        out.push(&"before ".into(), bounds);
        out.open(Arc::<Narrow>::clone(&line));
        let mut expected = "before ".to_owned();
        for n in 0..200 {
            let frame = format!("frame {n};");
            expected.push_str(&frame);
            out.push(&frame.into(), bounds);
        }
        assert_eq!(need(&out), Some(Need::Flush));
        while need(&out) == Some(Need::Flush) {
            line.widen(step);
            out.flush();
        }
        assert_eq!(line.text(), expected);
        assert_eq!(out.push(&"later".into(), bounds), Pushed::First);
        line.widen(5);
        out.send();
        assert_eq!((line.text(), need(&out)), (expected + "later", None));
    }
}

#[test]
fn a_frame_that_was_begun_is_finished_and_nothing_after_it() {
    let (out, line) = (Outbox::default(), Narrow::new(7));
    out.open(Arc::<Narrow>::clone(&line));
    out.push(&"one ".into(), BOUNDS);
    out.push(&"two ".into(), BOUNDS);
    out.send();
    out.end(End::Revoked);
    line.widen(100);
    out.flush();
    assert_eq!(line.text(), "one two");
    assert_eq!(need(&out), Some(Need::End(End::Revoked, " ".into())));
    assert_eq!(need(&out), Some(Need::End(End::Revoked, Bytes::new())));
    // One that ended between two frames has nothing to finish.
    let (out, line) = (Outbox::default(), Narrow::new(4));
    out.open(Arc::<Narrow>::clone(&line));
    out.push(&"one ".into(), BOUNDS);
    out.push(&"two ".into(), BOUNDS);
    out.send();
    out.end(End::Resume);
    assert_eq!(need(&out), Some(Need::End(End::Resume, Bytes::new())));
}

#[test]
fn a_line_that_is_gone_ends_the_connection() {
    struct Gone;
    impl Line for Gone {
        fn write(&self, _: &[IoSlice<'_>]) -> io::Result<usize> {
            Err(ErrorKind::BrokenPipe.into())
        }
    }
    let out = Outbox::default();
    out.open(Arc::new(Gone));
    out.push(&"one".into(), BOUNDS);
    out.send();
    assert_eq!(need(&out), Some(Need::End(End::Resume, Bytes::new())));
}
