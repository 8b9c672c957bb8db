//! `%XX` in connection strings.

/// The text with every `%XX` replaced; as it is when that gives no text.
pub(crate) fn percent_decode(text: &str) -> String {
    percent_decode_if_needed(text).unwrap_or_else(|| text.to_owned())
}

/// The text with every `%XX` replaced; None when there is none, or when the result is no text
/// that PostgreSQL could take.
pub(crate) fn percent_decode_if_needed(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let byte = after.first_chunk().and_then(|digits| hex(*digits));
        match byte {
            Some(byte) if *first == b'%' => {
                decoded.push(byte);
                rest = &after[2..];
            }
            _ => {
                decoded.push(*first);
                rest = after;
            }
        }
    }
    let changed = decoded.len() < text.len() && !decoded.contains(&0);
    String::from_utf8(decoded).ok().filter(|_| changed)
}

fn hex([high, low]: [u8; 2]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}
