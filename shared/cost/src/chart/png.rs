//! PNG (ISO/IEC 15948), as little of it as a picture needs: three bytes a
//! pixel, one chunk of data.

use miniz_oxide::deflate::compress_to_vec_zlib;

/// How hard to try: beyond this, the file hardly becomes smaller.
const EFFORT: u8 = 6;

/// The file of an image of `width` pixels; `rows` has its pixels, three bytes each.
pub(crate) fn file(width: u32, height: u32, rgb: &[u8]) -> Vec<u8> {
    let row = usize::try_from(width).unwrap_or(1).max(1) * 3;
    let mut data = Vec::with_capacity(rgb.len() + rgb.len() / row + 1);
    for line in rgb.chunks(row) {
        // No filter: pictures of few colours are packed best as they are.
        data.push(0);
        data.extend_from_slice(line);
    }
    let mut header = Vec::with_capacity(13);
    header.extend_from_slice(&width.to_be_bytes());
    header.extend_from_slice(&height.to_be_bytes());
    // Eight bits, true colour, the only compression, filters and no interlace.
    header.extend_from_slice(&[8, 2, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, *b"IHDR", &header);
    chunk(&mut file, *b"IDAT", &compress_to_vec_zlib(&data, EFFORT));
    chunk(&mut file, *b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    file.extend_from_slice(&length.to_be_bytes());
    let begin = file.len();
    file.extend_from_slice(&name);
    file.extend_from_slice(data);
    let sum = checksum(&file[begin..]);
    file.extend_from_slice(&sum.to_be_bytes());
}

/// CRC-32 as PNG's annex D has it, bit by bit: a picture has few bytes.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        // The check value of CRC-32/ISO-HDLC, and that of every PNG's last chunk.
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
        assert_eq!(checksum(b"IEND"), 0xae42_6082);
    }

    #[test]
    fn the_pixels_are_in_the_file() {
        let pixels = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        let file = file(2, 2, &pixels);
        assert_eq!(&file[..8], b"\x89PNG\r\n\x1a\n");
        assert_eq!(&file[16..24], &[0, 0, 0, 2, 0, 0, 0, 2]);
        let length = u32::from_be_bytes(file[33..37].try_into().unwrap());
        let data = &file[41..41 + usize::try_from(length).unwrap()];
        let rows = miniz_oxide::inflate::decompress_to_vec_zlib(data).unwrap();
        assert_eq!(rows, [0, 1, 2, 3, 4, 5, 6, 0, 7, 8, 9, 10, 11, 12]);
    }
}
