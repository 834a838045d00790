//! Gzip that stores: a valid gzip stream around bytes that are not made smaller, and a broken one.

/// The gzip stream of `body`, in stored blocks (RFC 1951, section 3.2.4).
pub(crate) fn gzip(body: &[u8]) -> Vec<u8> {
    let mut stream = HEADER.to_vec();
    let mut blocks = body.chunks(usize::from(u16::MAX)).peekable();
    if blocks.peek().is_none() {
        stream.extend([1, 0, 0, 0xff, 0xff]);
    }
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        stream.push(u8::from(blocks.peek().is_none()));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    stream.extend(crc_32(body).to_le_bytes());
    stream.extend((body.len() as u32).to_le_bytes());
    stream
}

/// A gzip stream whose first block is of the type that RFC 1951 forbids.
pub(super) fn broken_gzip(body: &[u8]) -> Vec<u8> {
    let mut stream = gzip(body);
    stream[HEADER.len()] = 0b111;
    stream
}

/// Deflate, no flags, no time, an unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

fn crc_32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_crc_32() {
        assert_eq!(crc_32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn a_stream_is_stored() {
        let expected = [
            0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, // header
            1, 9, 0, 0xf6, 0xff, b'1', b'2', b'3', b'4', b'5', b'6', b'7', b'8', b'9', // the last block
            0x26, 0x39, 0xf4, 0xcb, 9, 0, 0, 0, // check and length
        ];
        assert_eq!(gzip(b"123456789"), expected);
        assert_eq!(gzip(b"")[10..], [1, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(gzip(&[7; 70_000]).len(), 10 + 2 * 5 + 70_000 + 8);
        assert_eq!(broken_gzip(b"1")[10], 7);
    }
}
