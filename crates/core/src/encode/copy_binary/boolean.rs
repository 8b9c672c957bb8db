//! boolean. Its spelling is the place in [`SPELLINGS`].

/// Half of what the server takes, in the case that files have it in. The true ones are at even places.
const SPELLINGS: [&[u8]; 14] = [
    b"t", b"f", b"true", b"false", b"1", b"0", b"True", b"False", b"TRUE", b"FALSE", b"y", b"n", b"yes",
    b"no",
];

pub(super) fn encode(text: &[u8], out: &mut Vec<u8>) -> Option<u8> {
    let spelling = match text {
        b"t" => 0,
        b"f" => 1,
        other => SPELLINGS.iter().position(|&known| known == other)? as u8,
    };
    out.extend_from_slice(&[0, 0, 0, 1, u8::from(spelling % 2 == 0)]);
    Some(spelling)
}

pub(super) fn decode(spelling: u8, out: &mut Vec<u8>) -> Option<()> {
    out.extend_from_slice(SPELLINGS.get(usize::from(spelling))?);
    Some(())
}
