//! Reports about a stream (RFC 3550 §6): written for our own, read from the far end.

use super::sequence::Reception;
use rtcp_types::{
    Bye, Compound, Packet, ReceiverReport, ReportBlock, ReportBlockBuilder, RtcpWriteError, Sdes,
    SdesChunk, SdesItem, SenderReport,
};
use rtcp_types::{RtcpPacketWriter, RtcpPacketWriterExt};

/// Room for any report that we write.
pub const REPORT_BYTES_MAX: usize = 256;

/// What we say of what we sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Wall clock as an NTP timestamp.
    pub ntp: u64,
    /// The same instant on the stream's clock.
    pub timestamp: u32,
    /// Packets since the start.
    pub packets: u32,
    /// Payload bytes since the start.
    pub bytes: u32,
}

/// What we say of what we heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// Who is heard.
    pub ssrc: u32,
    /// What came and what did not.
    pub reception: Reception,
    /// Middle 32 bits of the NTP timestamp in the far end's last sender report, 0 for none.
    pub last_report: u32,
    /// Since then, in 1/65536 s.
    pub since_last_report: u32,
}

/// One report of ours.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// Our SSRC.
    pub ssrc: u32,
    /// The name that stays the same (RFC 3550 §6.5.1).
    pub name: &'a str,
    /// Present when we sent anything.
    pub sent: Option<Sent>,
    /// Present when we heard anybody.
    pub heard: Option<Heard>,
    /// Whether we leave with it.
    pub bye: bool,
}

impl Report<'_> {
    /// Writes a compound packet: a report, the name, and BYE if we leave. The bytes written, or
    /// `None` if the name is too long for an item.
    #[must_use]
    pub fn write<'b>(&self, buffer: &'b mut [u8; REPORT_BYTES_MAX]) -> Option<&'b [u8]> {
        let length = self.write_into(buffer).ok()?;
        buffer.get(..length)
    }

    fn write_into(&self, buffer: &mut [u8]) -> Result<usize, RtcpWriteError> {
        let block = self.heard.map(block);
        let name = SdesItem::builder(SdesItem::CNAME, self.name);
        let names = Sdes::builder().add_chunk(SdesChunk::builder(self.ssrc).add_item(name));
        let mut compound = Compound::builder();
        compound = match self.sent {
            Some(sent) => {
                let report = SenderReport::builder(self.ssrc)
                    .ntp_timestamp(sent.ntp)
                    .rtp_timestamp(sent.timestamp)
                    .packet_count(sent.packets)
                    .octet_count(sent.bytes);
                compound.add_packet(match block {
                    Some(block) => report.add_report_block(block),
                    None => report,
                })
            }
            None => {
                let report = ReceiverReport::builder(self.ssrc);
                compound.add_packet(match block {
                    Some(block) => report.add_report_block(block),
                    None => report,
                })
            }
        };
        compound = compound.add_packet(names);
        if self.bye {
            compound = compound.add_packet(Bye::builder().add_source(self.ssrc));
        }
        compound.calculate_size()?;
        compound.write_into(buffer)
    }
}

fn block(heard: Heard) -> ReportBlockBuilder {
    ReportBlock::builder(heard.ssrc)
        .fraction_lost(heard.reception.fraction_lost)
        .cumulative_lost(heard.reception.lost & 0xFF_FFFF)
        .extended_sequence_number(heard.reception.highest)
        .interarrival_jitter(heard.reception.jitter)
        .last_sender_report_timestamp(heard.last_report)
        .delay_since_last_sender_report_timestamp(heard.since_last_report)
}

/// What the far end's report says, as far as we use it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FarReport {
    /// Middle 32 bits of the NTP timestamp of a sender report.
    pub sender_report: Option<u32>,
    /// Of our packets: lost since its last report, in 1/256.
    pub fraction_lost: Option<u8>,
    /// Our packets' jitter there, in timestamp units.
    pub jitter: Option<u32>,
    /// The far end leaves the stream; the call goes on until SIP ends it.
    pub bye: bool,
}

impl FarReport {
    /// Reads a compound packet; `ssrc` is ours. `None` is somebody's junk.
    #[must_use]
    pub fn read(datagram: &[u8], ssrc: u32) -> Option<Self> {
        let mut far = Self::default();
        for packet in Compound::parse(datagram).ok()? {
            match packet.ok()? {
                Packet::Sr(report) => {
                    far.sender_report = Some((report.ntp_timestamp() >> 16) as u32);
                    far.take(report.report_blocks().find(|block| block.ssrc() == ssrc));
                }
                Packet::Rr(report) => {
                    far.take(report.report_blocks().find(|block| block.ssrc() == ssrc));
                }
                Packet::Bye(_) => far.bye = true,
                Packet::App(_)
                | Packet::Sdes(_)
                | Packet::TransportFeedback(_)
                | Packet::PayloadFeedback(_)
                | Packet::Xr(_)
                | Packet::Unknown(_) => {}
            }
        }
        Some(far)
    }

    fn take(&mut self, block: Option<ReportBlock<'_>>) {
        if let Some(block) = block {
            self.fraction_lost = Some(block.fraction_lost());
            self.jitter = Some(block.interarrival_jitter());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_report_of_ours_can_be_read() {
        let reception = Reception { fraction_lost: 51, lost: 4, highest: 70_000, jitter: 33 };
        let heard = Heard { ssrc: 9, reception, last_report: 1, since_last_report: 2 };
        let sent = Sent { ntp: 0x0001_2345_6789_0000, timestamp: 5, packets: 6, bytes: 960 };
        let report =
            Report { ssrc: 7, name: "a@b", sent: Some(sent), heard: Some(heard), bye: true };
        let mut buffer = [0; REPORT_BYTES_MAX];
        let far = FarReport::read(report.write(&mut buffer).expect("bytes"), 9);
        let expected = FarReport {
            sender_report: Some(0x2345_6789),
            fraction_lost: Some(51),
            jitter: Some(33),
            bye: true,
        };
        assert_eq!(far, Some(expected));
    }

    #[test]
    fn one_who_only_listens_sends_a_receiver_report() {
        let report = Report { ssrc: 7, name: "a@b", sent: None, heard: None, bye: false };
        let mut buffer = [0; REPORT_BYTES_MAX];
        let bytes = report.write(&mut buffer).expect("bytes");
        assert_eq!(bytes[1], 201);
        assert_eq!(FarReport::read(bytes, 9), Some(FarReport::default()));
    }

    proptest! {
        #[test]
        fn no_report_makes_the_reader_fall(mut bytes in prop::collection::vec(any::<u8>(), 4..90)) {
            bytes[0] = 0x80 | (bytes[0] & 0x3F);
            bytes[1] = 198 + bytes[1] % 10;
            let words = bytes.len() / 4 - 1;
            bytes[2] = 0;
            bytes[3] = u8::try_from(words).expect("short");
            let _ = FarReport::read(&bytes, 7);
        }
    }
}
