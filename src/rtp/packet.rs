//! One RTP packet: a checked view of a datagram, and the twelve bytes in front of what we send.

use rtp_rs::RtpReader;

/// Bytes of the header that we write: no CSRC, no extension (RFC 3550 §5.1).
pub const HEADER_BYTES: usize = 12;

/// What the header of a packet says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Start of a talkspurt or of an event.
    pub marker: bool,
    /// 0 to 127.
    pub payload_type: u8,
    /// Counts packets; wraps.
    pub sequence: u16,
    /// Counts samples, 8 kHz for all that we speak; wraps.
    pub timestamp: u32,
    /// Who sends.
    pub ssrc: u32,
}

impl Header {
    /// The header as it stands on the wire: twelve stores, for this is done for every packet.
    #[must_use]
    pub fn bytes(&self) -> [u8; HEADER_BYTES] {
        let marker = if self.marker { 0x80 } else { 0 };
        let [s0, s1] = self.sequence.to_be_bytes();
        let [t0, t1, t2, t3] = self.timestamp.to_be_bytes();
        let [c0, c1, c2, c3] = self.ssrc.to_be_bytes();
        [0x80, marker | (self.payload_type & 0x7F), s0, s1, t0, t1, t2, t3, c0, c1, c2, c3]
    }
}

/// A datagram that is RTP of version 2, with every length inside it checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Its header.
    pub header: Header,
    /// The sound or event: without CSRC list, extension and padding.
    pub payload: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Reads a datagram; `None` is somebody's junk: not version 2, or lengths that overlap.
    #[must_use]
    pub fn read(datagram: &'a [u8]) -> Option<Self> {
        let reader = RtpReader::new(datagram).ok()?;
        let header = Header {
            marker: reader.mark(),
            payload_type: reader.payload_type(),
            sequence: reader.sequence_number().into(),
            timestamp: reader.timestamp(),
            ssrc: reader.ssrc(),
        };
        Some(Self { header, payload: reader.payload() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEADER: Header =
        Header { marker: true, payload_type: 8, sequence: 65_535, timestamp: 7, ssrc: 0xFEED_0001 };

    #[test]
    fn what_is_written_is_read_again() {
        let mut datagram = HEADER.bytes().to_vec();
        datagram.extend_from_slice(b"sound");
        let packet = Packet::read(&datagram).expect("a packet");
        assert_eq!(packet, Packet { header: HEADER, payload: b"sound" });
    }

    #[test]
    fn the_header_is_the_one_that_others_write() {
        let mut bytes = [0; HEADER_BYTES];
        rtp_rs::RtpPacketBuilder::new()
            .payload_type(HEADER.payload_type)
            .marked(HEADER.marker)
            .sequence(HEADER.sequence.into())
            .timestamp(HEADER.timestamp)
            .ssrc(HEADER.ssrc)
            .build_into(&mut bytes)
            .expect("room for a header");
        assert_eq!(HEADER.bytes(), bytes);
    }

    #[test]
    fn sources_extension_and_padding_are_not_sound() {
        let mut datagram = vec![0x80 | 0x20 | 0x10 | 2, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
        datagram.extend_from_slice(&[1; 8]); // two contributing sources
        datagram.extend_from_slice(&[0xBE, 0xDE, 0, 1, 9, 9, 9, 9]); // one word of extension
        datagram.extend_from_slice(b"sound");
        datagram.extend_from_slice(&[0, 0, 3]); // padding of three bytes
        assert_eq!(Packet::read(&datagram).expect("a packet").payload, b"sound");
    }

    #[test]
    fn lengths_that_overlap_are_junk() {
        let version_one = [0x40, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
        let sources_missing = [0x82, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 1];
        let extension_too_long = [0x90, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 9, 1];
        let padding_too_long = [0xA0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 200];
        let padding_of_none = [0xA0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 0];
        let junk: [&[u8]; 6] = [
            &version_one,
            &sources_missing,
            &extension_too_long,
            &padding_too_long,
            &padding_of_none,
            b"hello",
        ];
        assert!(junk.iter().all(|datagram| Packet::read(datagram).is_none()));
    }

    proptest! {
        #[test]
        fn no_datagram_makes_the_reader_fall(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            if let Some(packet) = Packet::read(&bytes) {
                prop_assert!(packet.payload.len() + HEADER_BYTES <= bytes.len());
            }
        }
    }
}
