//! One leg's sound: what it hears is sorted, what it says is made packet by packet.

use super::bridge::{Heard, Relay, Wanted, What};
use super::command::{Event, RecordLimits, Terms, Totals};
use super::keypad::Keypad;
use super::playout::{FRAME_BYTES_MAX, Playout, Scratch};
use super::recorder::{Ending, Recorder};
use super::reports::{Reports, Subject};
use super::source::{Source, Verdict};
use super::stream::{Stamped, Stream, TICK_SAMPLES};
use super::traffic::{ShardOutput, Sink, Slot};
use crate::audio::g711::Law;
use crate::audio::sound::Sound;
use crate::audio::tone;
use crate::base::digit::Digit;
use crate::base::entropy::Entropy;
use crate::base::id::{PortId, RecordingId};
use crate::base::outbox::Outbox;
use crate::base::time::{Moment, Utc};
use crate::rtp::event::EventSender;
use crate::rtp::packet::Packet;
use crate::rtp::rtcp::{FarReport, REPORT_BYTES_MAX};
use crate::rtp::sequence::{Place, Sequence};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// PCMU in every offer and answer (RFC 3551 §6).
const STATIC_PCMU: u8 = 0;
/// PCMA in every offer and answer (RFC 3551 §6).
const STATIC_PCMA: u8 = 8;
/// Telephone-events in our own offers.
const OUR_EVENTS: u8 = 101;
/// Comfort noise (RFC 3389): nothing to hear, but a sign of life.
const COMFORT_NOISE: u8 = 13;
/// A port that plays nothing sends one packet of silence this often.
const KEEP_ALIVE: Duration = Duration::from_secs(5);
/// Packet times that we speak (ms).
const PTIME_MS: std::ops::RangeInclusive<u8> = 10..=60;
/// How long a key sounds where events were not agreed, and the pause after it.
const TONE_MS: u32 = 120;
/// Pause between two sent keys, in packets of 20 ms (RFC 4733 §2.5.1.2 lets us choose).
const KEY_PAUSE_PACKETS: u8 = 4;
/// Most keys that wait to be sent.
const DIGITS_MAX: usize = 64;

/// One port.
#[derive(Debug)]
pub(super) struct Port {
    pub(super) id: PortId,
    pub(super) slot: Slot,
    terms: Option<Terms>,
    hearing: Hearing,
    stream: Stream,
    saying: Saying,
    recorder: Option<Box<Recorder>>,
    bridge: Option<Box<(Slot, Relay)>>,
    reports: Reports,
    totals: Totals,
}

/// What came in so far.
#[derive(Debug, Default)]
struct Hearing {
    source: Source,
    /// The far stream by its SSRC.
    stream: Option<(u32, Sequence)>,
    keypad: Keypad,
    /// When sound was expected from, or came last.
    last: Option<Moment>,
    /// Whether [`Event::Silent`] was told since.
    silent_told: bool,
}

/// What goes out: the first of these that has something.
#[derive(Debug, Default)]
struct Saying {
    /// A key being sent as events, with the timestamp of its beginning.
    key: Option<(EventSender, u32)>,
    /// Keys that wait, and packets of pause before the next.
    keys: VecDeque<Digit>,
    pause: u8,
    /// A beep or a key's tone, during which the clips stand still.
    tone: Option<Playout>,
    /// The clips, and how their end is told.
    clips: Option<(Playout, u32)>,
}

impl Port {
    pub(super) fn new(id: PortId, slot: Slot, entropy: &mut Entropy) -> Self {
        Self {
            id,
            slot,
            terms: None,
            hearing: Hearing::default(),
            stream: Stream::new(entropy),
            saying: Saying::default(),
            recorder: None,
            bridge: None,
            reports: Reports::default(),
            totals: Totals::default(),
        }
    }

    /// Takes new terms; whether the source was unlocked by them.
    pub(super) fn configure(&mut self, now: Moment, mut terms: Terms) -> bool {
        terms.ptime_ms = terms.ptime_ms.clamp(*PTIME_MS.start(), *PTIME_MS.end());
        if terms.receives && self.terms.as_ref().is_none_or(|before| !before.receives) {
            self.hearing.last = Some(now);
            self.hearing.silent_told = false;
        }
        let unlocked = self.hearing.source.tell(terms.remote);
        self.terms = Some(terms);
        unlocked
    }

    pub(super) fn play(&mut self, play: u32, clips: Vec<Arc<Sound>>, repeat: bool) {
        self.saying.clips = Some((Playout::new(clips, repeat), play));
    }

    pub(super) fn stop_play(&mut self) {
        self.saying.clips = None;
    }

    pub(super) fn record(&mut self, recording: RecordingId, limits: RecordLimits) {
        let Some(terms) = &self.terms else { return };
        if limits.beep {
            self.saying.tone = Some(Playout::new(vec![Arc::new(tone::beep())], false));
        }
        self.recorder = Some(Box::new(Recorder::new(recording, limits, terms.law)));
    }

    pub(super) fn end_record(&mut self, ending: Ending, out: &mut Outbox<ShardOutput>) {
        if let Some(recorder) = self.recorder.take() {
            recorder.end(ending, self.id, out);
        }
    }

    pub(super) fn send_digits(&mut self, digits: Vec<Digit>) {
        let room = DIGITS_MAX.saturating_sub(self.saying.keys.len());
        self.saying.keys.extend(digits.into_iter().take(room));
    }

    pub(super) const fn is_configured(&self) -> bool {
        self.terms.is_some()
    }

    pub(super) fn partner(&self) -> Option<Slot> {
        self.bridge.as_ref().map(|bridge| bridge.0)
    }

    pub(super) fn join(&mut self, partner: Slot) {
        self.saying.clips = None;
        self.bridge = Some(Box::new((partner, Relay::default())));
    }

    pub(super) fn part(&mut self) -> Option<Slot> {
        self.bridge.take().map(|bridge| bridge.0)
    }

    /// The counters, loss included.
    pub(super) fn totals(&self) -> Totals {
        let lost = self.hearing.stream.as_ref().map_or(0, |(_, sequence)| sequence.lost());
        Totals { lost: self.totals.lost + u64::from(lost), ..self.totals }
    }

    pub(super) fn destination(&self) -> Option<SocketAddr> {
        self.hearing.source.destination()
    }

    /// Takes one datagram of the RTP socket. What it is worth passing on comes back, with the
    /// recording's end if a key was its end.
    pub(super) fn hear<'a>(
        &mut self,
        now: Moment,
        from: SocketAddr,
        bytes: &'a [u8],
        out: &mut Outbox<ShardOutput>,
    ) -> Option<Heard<'a>> {
        let packet = Packet::read(bytes);
        let agreed = packet.and_then(|packet| Some((packet, self.agreed(&packet)?)));
        let Some((packet, what)) = agreed else {
            self.totals.strangers += 1;
            return None;
        };
        match self.hearing.source.judge(now, from, &packet.header) {
            Verdict::Stranger => {
                self.totals.strangers += 1;
                return None;
            }
            Verdict::OursAndLocked => {
                tracing::debug!(port = %self.id, "far address locked");
                if let Some(remote) = self.hearing.source.certain() {
                    out.push(ShardOutput::ConnectSocket { slot: self.slot, remote });
                }
            }
            Verdict::Ours => {}
        }
        self.totals.received += 1;
        self.hearing.last = Some(now);
        self.hearing.silent_told = false;
        let (number, restarted) = self.place(now, &packet)?;
        let Packet { header, payload } = packet;
        if matches!(what, Agreed::Event) {
            self.hear_event(now, header.timestamp, payload, out);
        }
        if !self.terms.as_ref().is_some_and(|terms| terms.receives) {
            return None;
        }
        let what = match what {
            Agreed::Event => What::Event,
            Agreed::Nothing => return None,
            Agreed::Sound(law) => {
                if let Some(recorder) = &mut self.recorder {
                    recorder.hear(law, header.timestamp, payload);
                }
                What::Sound(law)
            }
        };
        let (marker, timestamp) = (header.marker, header.timestamp);
        Some(Heard { what, number, restarted, marker, timestamp, payload })
    }

    fn agreed(&self, packet: &Packet<'_>) -> Option<Agreed> {
        let terms = self.terms.as_ref()?;
        let payload_type = packet.header.payload_type;
        if payload_type == terms.payload_type {
            let empty = packet.payload.is_empty();
            return Some(if empty { Agreed::Nothing } else { Agreed::Sound(terms.law) });
        }
        if Some(payload_type) == terms.event_payload_type {
            return Some(Agreed::Event);
        }
        // A peer that named both laws may change between them (RFC 3264 §6.1), and one that
        // gave events a number of its own sends them to us under ours (§5.1).
        match payload_type {
            STATIC_PCMU => Some(Agreed::Sound(Law::Mu)),
            STATIC_PCMA => Some(Agreed::Sound(Law::A)),
            OUR_EVENTS if terms.event_payload_type.is_some() => Some(Agreed::Event),
            COMFORT_NOISE => Some(Agreed::Nothing),
            _ => None,
        }
    }

    /// The extended number of a packet, and whether the stream began anew with it.
    fn place(&mut self, now: Moment, packet: &Packet<'_>) -> Option<(u32, bool)> {
        let header = &packet.header;
        let arrival = (now.as_nanos() / 125_000) as u32;
        let place = match &mut self.hearing.stream {
            Some((ssrc, sequence)) if *ssrc == header.ssrc => {
                let place = sequence.take(header.sequence);
                sequence.arrived(arrival, header.timestamp);
                place
            }
            known => {
                let lost = known.as_ref().map_or(0, |(_, sequence)| sequence.lost());
                self.totals.lost += u64::from(lost);
                *known = Some((header.ssrc, Sequence::started(header.sequence)));
                Place::Restarted(65_536 + u32::from(header.sequence))
            }
        };
        match place {
            Place::Refused => None,
            Place::Taken(number) => Some((number, false)),
            Place::Restarted(number) => {
                self.hearing.keypad.restart();
                Some((number, true))
            }
        }
    }

    fn hear_event(
        &mut self,
        now: Moment,
        timestamp: u32,
        payload: &[u8],
        out: &mut Outbox<ShardOutput>,
    ) {
        let Some(digit) = self.hearing.keypad.event(now, timestamp, payload) else { return };
        match &self.recorder {
            // While recording, the finish key ends it and no key means anything else.
            Some(recorder) => {
                if recorder.limits().finish == Some(digit) {
                    self.end_record(Ending::Key, out);
                }
            }
            None => out.push(ShardOutput::Event(Event::Digit { port: self.id, digit })),
        }
    }

    /// Takes one datagram of the RTCP socket; only from the host that we speak to.
    pub(super) fn hear_report(&mut self, now: Moment, from: SocketAddr, bytes: &[u8]) {
        let ours = self.destination().is_some_and(|far| far.ip() == from.ip());
        match FarReport::read(bytes, self.stream.ssrc()).filter(|_| ours) {
            Some(far) => self.reports.take(now, far),
            None => self.totals.strangers += 1,
        }
    }

    /// Sends on what the partner heard.
    pub(super) fn relay(
        &mut self,
        tick: u64,
        heard: &Heard<'_>,
        scratch: &mut Scratch,
        sink: &mut dyn Sink,
    ) {
        let busy = self.saying.is_busy();
        let (Some(terms), Some(bridge)) = (&self.terms, &mut self.bridge) else { return };
        let Some(to) = self.hearing.source.destination().filter(|_| terms.sends && !busy) else {
            return;
        };
        let wanted = Wanted {
            law: terms.law,
            payload_type: terms.payload_type,
            event_payload_type: terms.event_payload_type,
            samples: samples_of(terms),
        };
        let stream = (&mut self.stream, tick);
        if let Some((header, payload)) = bridge.1.pass(heard, &wanted, stream, scratch) {
            self.totals.sent += 1;
            sink.rtp(self.slot, to, &header, payload);
        }
    }

    /// Whether there is anything to do each packet time.
    pub(super) fn beats(&self) -> bool {
        self.saying.is_busy()
            || self.recorder.is_some()
            || self.bridge.as_ref().is_some_and(|bridge| bridge.1.waits())
    }

    /// Milliseconds from one beat to the next.
    pub(super) fn beat_ms(&self) -> u64 {
        self.terms.as_ref().map_or(20, |terms| u64::from(terms.ptime_ms))
    }

    /// One packet time: sends what is due, and listens to limits.
    pub(super) fn beat(
        &mut self,
        tick: u64,
        scratch: &mut Scratch,
        out: &mut Outbox<ShardOutput>,
        sink: &mut dyn Sink,
    ) {
        let Some(terms) = &self.terms else { return };
        let samples = samples_of(terms);
        if let Some(ending) = self.recorder.as_mut().and_then(|one| one.beat(samples, out)) {
            self.end_record(ending, out);
        }
        self.end_what_is_over(out);
        if self.send_key(tick, samples, sink) {
            return;
        }
        self.send_sound(tick, samples, scratch, sink);
    }

    /// What was sent to its end one packet time ago is over now.
    fn end_what_is_over(&mut self, out: &mut Outbox<ShardOutput>) {
        if self.saying.tone.take_if(|playout| playout.is_over()).is_some()
            && let Some(recorder) = &mut self.recorder
        {
            recorder.begin();
        }
        let is_over = |(playout, _): &mut (Playout, u32)| playout.is_over();
        if self.saying.tone.is_none()
            && let Some((_, play)) = self.saying.clips.take_if(is_over)
        {
            out.push(ShardOutput::Event(Event::PlayEnded { port: self.id, play }));
        }
    }

    /// Sends the next packet of a key; whether a key or its pause takes this beat.
    fn send_key(&mut self, tick: u64, samples: usize, sink: &mut dyn Sink) -> bool {
        let Some(terms) = &self.terms else { return false };
        let saying = &mut self.saying;
        if saying.key.is_none() && saying.pause > 0 {
            saying.pause -= 1;
            return true;
        }
        if saying.key.is_none() && saying.tone.is_none() {
            let Some(digit) = saying.keys.pop_front() else { return false };
            match terms.event_payload_type {
                Some(_) => saying.key = Some((EventSender::new(digit), self.stream.stamp(tick))),
                None => saying.tone = Some(tone_of(digit)),
            }
        }
        let Some((sender, timestamp)) = &mut saying.key else { return false };
        let frame = u32::try_from(samples).unwrap_or(TICK_SAMPLES * 20);
        let Some(packet) = sender.next_packet(frame) else {
            saying.key = None;
            saying.pause = KEY_PAUSE_PACKETS;
            return true;
        };
        let to = self.hearing.source.destination().filter(|_| terms.sends);
        if let (Some(to), Some(payload_type)) = (to, terms.event_payload_type) {
            let marker = packet.marker;
            let header = Stamped { marker, payload_type, timestamp: *timestamp, samples: 0 };
            let header = self.stream.stamped(tick, 1, header);
            self.totals.sent += 1;
            sink.rtp(self.slot, to, &header, &packet.payload.bytes());
        }
        true
    }

    fn send_sound(
        &mut self,
        tick: u64,
        samples: usize,
        scratch: &mut Scratch,
        sink: &mut dyn Sink,
    ) {
        let Some(terms) = &self.terms else { return };
        let frame = match (&mut self.saying.tone, &mut self.saying.clips, &mut self.bridge) {
            (Some(playout), _, _) | (None, Some((playout, _)), _) => {
                playout.frame(terms.law, samples, scratch)
            }
            (None, None, Some(bridge)) => bridge.1.frame(samples, scratch),
            (None, None, None) => None,
        };
        // On hold the sound goes on unheard, so that a flow takes the same time.
        let to = self.hearing.source.destination().filter(|_| terms.sends);
        if let (Some(frame), Some(to)) = (frame, to) {
            let header = self.stream.sound(tick, terms.payload_type, frame.len());
            self.totals.sent += 1;
            sink.rtp(self.slot, to, &header, frame);
        }
    }

    /// Writes and sends a report.
    pub(super) fn report(
        &mut self,
        now: Moment,
        (name, utc_at_zero): (&str, Utc),
        bye: bool,
        sink: &mut dyn Sink,
    ) {
        let Some(mut to) = self.destination() else { return };
        let Some(number) = to.port().checked_add(1) else { return };
        to.set_port(number);
        let heard = self.hearing.stream.as_mut().map(|(ssrc, sequence)| (*ssrc, sequence));
        let subject = Subject { name, utc_at_zero, stream: &self.stream, heard };
        let mut buffer = [0; REPORT_BYTES_MAX];
        if let Some(bytes) = self.reports.write(now, subject, bye, &mut buffer) {
            sink.rtcp(self.slot, to, bytes);
        }
    }

    /// Looks after slow things: silence of the far end, a lock that has gone silent, keep-alive.
    /// When to look again.
    pub(super) fn watch(
        &mut self,
        now: Moment,
        silent_after: Duration,
        out: &mut Outbox<ShardOutput>,
        sink: &mut dyn Sink,
    ) -> Moment {
        let mut again = now + KEEP_ALIVE;
        if self.hearing.source.relearn_at().is_some_and(|at| at <= now) {
            let connected = self.hearing.source.certain().is_some();
            self.hearing.source.unlock();
            if connected {
                out.push(ShardOutput::DisconnectSocket { slot: self.slot });
            }
        }
        let expects = self.terms.as_ref().is_some_and(|terms| terms.receives);
        if let Some(last) = self.hearing.last.filter(|_| expects && !self.hearing.silent_told) {
            if last + silent_after <= now {
                self.hearing.silent_told = true;
                out.push(ShardOutput::Event(Event::Silent { port: self.id }));
            } else {
                again = again.min(last + silent_after);
            }
        }
        if let Some(at) = self.hearing.source.relearn_at() {
            again = again.min(at);
        }
        self.keep_alive(now, sink);
        again
    }

    fn keep_alive(&mut self, now: Moment, sink: &mut dyn Sink) {
        let tick = now.as_millis();
        let sent = self.stream.last_tick().map(Moment::from_millis);
        if self.saying.is_busy() || sent.is_some_and(|sent| now.since(sent) < KEEP_ALIVE) {
            return;
        }
        let Some(terms) = self.terms.as_ref().filter(|terms| terms.sends) else { return };
        let Some(to) = self.hearing.source.destination() else { return };
        let silence = [terms.law.silence(); FRAME_BYTES_MAX];
        let frame = silence.get(..samples_of(terms)).unwrap_or(&silence);
        let header = self.stream.sound(tick, terms.payload_type, frame.len());
        self.totals.sent += 1;
        sink.rtp(self.slot, to, &header, frame);
    }
}

impl Saying {
    /// Whether something of our own is being sent.
    fn is_busy(&self) -> bool {
        self.clips.is_some()
            || self.tone.is_some()
            || self.key.is_some()
            || self.pause > 0
            || !self.keys.is_empty()
    }
}

/// What kind of packet was agreed on.
#[derive(Debug, Clone, Copy)]
enum Agreed {
    Sound(Law),
    Event,
    /// A sign of life only.
    Nothing,
}

fn samples_of(terms: &Terms) -> usize {
    usize::from(terms.ptime_ms) * TICK_SAMPLES as usize
}

fn tone_of(digit: Digit) -> Playout {
    let pause = Sound::silence(TONE_MS);
    Playout::new(vec![Arc::new(Sound::new(tone::dtmf(digit, TONE_MS))), Arc::new(pause)], false)
}
