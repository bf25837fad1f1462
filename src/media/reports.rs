//! RTCP of one port: what it tells about its streams, and what it is told.

use super::stream::Stream;
use crate::base::time::{Moment, Utc};
use crate::rtp::rtcp::{FarReport, Heard, REPORT_BYTES_MAX, Report, Sent};
use crate::rtp::sequence::Sequence;

/// Seconds from the NTP era of 1900 to the Unix epoch (RFC 868).
const NTP_OFFSET_S: u64 = 2_208_988_800;

/// What is known between two reports.
#[derive(Debug, Clone, Default)]
pub(super) struct Reports {
    /// The far end's last sender report: middle bits of its NTP time, and when it came.
    far: Option<(u32, Moment)>,
    /// Packets sent when we last reported.
    reported: u64,
}

/// What a report is written from.
pub(super) struct Subject<'a> {
    /// Our name.
    pub(super) name: &'a str,
    /// The wall clock when the monotonic one began.
    pub(super) utc_at_zero: Utc,
    /// What we send.
    pub(super) stream: &'a Stream,
    /// What we hear, by SSRC.
    pub(super) heard: Option<(u32, &'a mut Sequence)>,
}

impl Reports {
    /// Writes the next report; with `bye` the last one.
    pub(super) fn write<'b>(
        &mut self,
        now: Moment,
        subject: Subject<'_>,
        bye: bool,
        buffer: &'b mut [u8; REPORT_BYTES_MAX],
    ) -> Option<&'b [u8]> {
        let stream = subject.stream;
        let sends = stream.packets() > self.reported;
        self.reported = stream.packets();
        let sent = sends.then(|| Sent {
            ntp: ntp(subject.utc_at_zero, now),
            timestamp: stream.stamp(now.as_millis()),
            packets: stream.packets() as u32,
            bytes: stream.bytes() as u32,
        });
        let heard = subject.heard.and_then(|(ssrc, sequence)| {
            let reception = sequence.report()?;
            let (last_report, since_last_report) = match self.far {
                Some((middle, at)) => (middle, in_65536ths(now, at)),
                None => (0, 0),
            };
            Some(Heard { ssrc, reception, last_report, since_last_report })
        });
        let report = Report { ssrc: stream.ssrc(), name: subject.name, sent, heard, bye };
        report.write(buffer)
    }

    /// Takes what the far end says about itself and us.
    pub(super) fn take(&mut self, now: Moment, far: FarReport) {
        if let Some(middle) = far.sender_report {
            self.far = Some((middle, now));
        }
    }
}

fn ntp(utc_at_zero: Utc, now: Moment) -> u64 {
    let zero_ms = u64::try_from(utc_at_zero.as_millis()).unwrap_or(0);
    let nanos = now.as_nanos().saturating_add((zero_ms % 1_000) * 1_000_000);
    let seconds = zero_ms / 1_000 + nanos / 1_000_000_000 + NTP_OFFSET_S;
    let fraction = ((nanos % 1_000_000_000) << 32) / 1_000_000_000;
    (seconds << 32) | fraction
}

fn in_65536ths(now: Moment, at: Moment) -> u32 {
    let micros = u64::try_from(now.since(at).as_micros()).unwrap_or(u64::MAX);
    u32::try_from(micros.saturating_mul(4_096) / 62_500).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wall_clock_is_told_in_ntp_time() {
        // RFC 3550 §6.4.1 counts from 1900; a quarter of a second is a quarter of 2^32.
        let told = ntp(Utc::from_millis(1_000_750), Moment::from_millis(500));
        assert_eq!(told, ((NTP_OFFSET_S + 1_001) << 32) | 0x4000_0000);
        assert_eq!(in_65536ths(Moment::from_millis(1_500), Moment::ZERO), 98_304);
    }
}
