//! COPY text: fields separated by TAB, rows ended by LF, NULL as `\N`, and backslash escapes.
//! Source: PostgreSQL documentation, COPY, section "Text Format".

use crate::row::Row;

/// Appends `row` as one line: for each target column the field that `columns` names.
pub fn encode(row: &Row<'_>, columns: &[usize], out: &mut Vec<u8>) {
    encode_fields(columns.iter().map(|&field| row.field(field)), out);
}

/// Appends these fields as one line.
pub fn encode_fields<'a>(fields: impl Iterator<Item = Option<&'a [u8]>>, out: &mut Vec<u8>) {
    for (position, field) in fields.enumerate() {
        if position > 0 {
            out.push(b'\t');
        }
        match field {
            Some(value) => escape(value, out),
            None => out.extend_from_slice(b"\\N"),
        }
    }
    out.push(b'\n');
}

/// Appends `value` with every byte escaped that COPY text gives a meaning to.
pub fn escape(value: &[u8], out: &mut Vec<u8>) {
    let mut rest = value;
    while let Some(at) = first_special(rest) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(&[b'\\', letter(rest[at])]);
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

fn first_special(bytes: &[u8]) -> Option<usize> {
    let mut blocks = bytes.chunks_exact(16);
    for (block, start) in blocks.by_ref().zip((0..).step_by(16)) {
        if block.iter().fold(false, |any, &byte| any | is_special(byte)) {
            return block.iter().position(|&byte| is_special(byte)).map(|at| start + at);
        }
    }
    let rest = blocks.remainder();
    let at = rest.iter().position(|&byte| is_special(byte))?;
    Some(bytes.len() - rest.len() + at)
}

/// How many bytes [`escape`] adds to `value`.
pub fn count_escapes(value: &[u8]) -> usize {
    // Sixteen, and then eight, are compared and counted at once.
    let (sixteens, rest) = value.as_chunks::<16>();
    let (eights, rest) = rest.as_chunks::<8>();
    let count: usize = sixteens.iter().map(count_in).sum();
    count + eights.iter().map(count_in).sum::<usize>() + rest.iter().filter(|byte| is_special(**byte)).count()
}

/// `COUNT` is below 256.
#[inline(always)]
fn count_in<const COUNT: usize>(bytes: &[u8; COUNT]) -> usize {
    usize::from(bytes.iter().map(|&byte| u8::from(is_special(byte))).sum::<u8>())
}

/// Backspace, TAB, LF, FF, CR and the backslash; VT (0x0B) is data, but escaping it as itself would be too.
fn is_special(byte: u8) -> bool {
    byte == b'\\' || (byte.wrapping_sub(8) < 6 && byte != 0x0b)
}

fn letter(byte: u8) -> u8 {
    match byte {
        0x08 => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        0x0c => b'f',
        b'\r' => b'r',
        other => other,
    }
}

/// The fields of one encoded line without its LF; `None` is NULL. The inverse of [`encode`].
pub fn decode(line: &[u8]) -> Vec<Option<Vec<u8>>> {
    line.split(|&byte| byte == b'\t').map(|field| (field != b"\\N").then(|| unescape(field))).collect()
}

fn unescape(field: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(field.len());
    let mut bytes = field.iter().copied();
    while let Some(byte) = bytes.next() {
        value.push(match (byte, byte == b'\\') {
            (_, true) => match bytes.next() {
                Some(b'b') => 0x08,
                Some(b't') => b'\t',
                Some(b'n') => b'\n',
                Some(b'f') => 0x0c,
                Some(b'r') => b'\r',
                Some(other) => other,
                None => b'\\',
            },
            (plain, false) => plain,
        });
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Span;
    use proptest::prelude::*;

    fn encoded(fields: &[Option<&[u8]>], columns: &[usize]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut spans = Vec::new();
        for field in fields {
            spans.push(field.map_or(Span::NULL, |value| {
                let start = bytes.len();
                bytes.extend_from_slice(value);
                Span::new(start, bytes.len())
            }));
        }
        let mut out = Vec::new();
        encode(&Row::new(&bytes, &spans), columns, &mut out);
        out
    }

    #[test]
    fn nulls_empty_strings_and_a_literal_backslash_n_differ() {
        let line = encoded(&[None, Some(b""), Some(b"\\N")], &[0, 1, 2, 7]);
        assert_eq!(line, b"\\N\t\t\\\\N\t\\N\n");
    }

    #[test]
    fn columns_choose_and_reorder_fields() {
        let fields: [Option<&[u8]>; 3] = [Some(b"a"), Some(b"b"), Some(b"c")];
        assert_eq!(encoded(&fields, &[2, 0]), b"c\ta\n");
    }

    #[test]
    fn every_control_character_is_escaped_by_its_letter() {
        let value = b"\x07\x08\t\n\x0b\x0c\r\x0e\\";
        assert_eq!(encoded(&[Some(value)], &[0]), b"\x07\\b\\t\\n\x0b\\f\\r\x0e\\\\\n");
    }

    proptest! {
        #[test]
        fn decode_inverts_encode(fields in prop::collection::vec(prop::option::of(prop::collection::vec(any::<u8>(), 0..80)), 1..8)) {
            let borrowed: Vec<Option<&[u8]>> = fields.iter().map(|f| f.as_deref()).collect();
            let columns: Vec<usize> = (0..fields.len()).collect();
            let line = encoded(&borrowed, &columns);
            prop_assert_eq!(line.iter().filter(|&&b| b == b'\n').count(), 1);
            let values: usize = fields.iter().flatten().map(|value| value.len() + count_escapes(value)).sum();
            let nulls = fields.iter().filter(|field| field.is_none()).count();
            prop_assert_eq!(line.len(), values + 2 * nulls + fields.len());
            prop_assert_eq!(decode(&line[..line.len() - 1]), fields);
        }
    }
}
