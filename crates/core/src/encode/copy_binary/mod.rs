//! Rows in PostgreSQL's COPY BINARY format, made from text without the server, and back.
//!
//! A value is converted only where it is in its type's *canonical* text, a grammar with a range so narrow that its
//! meaning depends on no setting of the server and its spelling can be given back byte for byte. A row with any
//! other value is not converted: it goes to the server as text. `docs/binary.md` lists the grammars.
//!
//! Sources: PostgreSQL documentation, COPY, section "Binary Format"; the `*_recv` functions of its types.

mod boolean;
mod datetime;
mod float;
mod hex;
mod integer;
mod numeric;
#[cfg(test)]
mod tests;

use super::copy_text;
use crate::batch::Chunk;
use crate::error::{Error, Result};
use crate::row::Row;

/// What precedes the rows: the signature, no flags, no extension.
pub const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What follows them.
pub const TRAILER: &[u8] = b"\xff\xff";

/// The length of NULL.
const NULL: [u8; 4] = (-1i32).to_be_bytes();

/// How the text of a type becomes what its receive function takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// boolean
    Bool,
    /// smallint
    Int2,
    /// integer
    Int4,
    /// bigint
    Int8,
    /// real
    Float4,
    /// double precision
    Float8,
    /// numeric; the server applies precision and scale
    Numeric,
    /// Types that receive their text: text, varchar, char, json, enums; the server applies lengths
    Text,
    /// date
    Date,
    /// time without time zone; the server rounds
    Time,
    /// timestamp without time zone; the server rounds
    Timestamp,
    /// timestamp with time zone; the server rounds
    Timestamptz,
    /// uuid
    Uuid,
    /// jsonb
    Jsonb,
    /// bytea
    Bytea,
}

/// The only version of the form that jsonb is received in.
const JSONB_VERSION: u8 = 1;

impl Codec {
    /// The codec of a type of pg_catalog, by its name there; a domain has that of its base type.
    pub fn of_type(name: &str) -> Option<Codec> {
        Some(match name {
            "bool" => Codec::Bool,
            "int2" => Codec::Int2,
            "int4" => Codec::Int4,
            "int8" => Codec::Int8,
            "float4" => Codec::Float4,
            "float8" => Codec::Float8,
            "numeric" => Codec::Numeric,
            "text" | "varchar" | "bpchar" | "json" => Codec::Text,
            "date" => Codec::Date,
            "time" => Codec::Time,
            "timestamp" => Codec::Timestamp,
            "timestamptz" => Codec::Timestamptz,
            "uuid" => Codec::Uuid,
            "jsonb" => Codec::Jsonb,
            "bytea" => Codec::Bytea,
            _ => return None,
        })
    }

    /// Appends the value with its length to the chunk, and its spelling where it has several. `None`: it is not
    /// canonical, and the chunk holds some of it. Else how many bytes it takes more as COPY text than as text.
    fn encode(self, text: &[u8], chunk: &mut Chunk) -> Option<usize> {
        let out = &mut chunk.bytes;
        let spelling = match self {
            Codec::Text => return Some(encode_text(text, out)),
            Codec::Jsonb => return Some(encode_jsonb(text, out)),
            Codec::Bytea => return hex::encode_bytea(text, out).then_some(1),
            Codec::Int2 => return integer::encode::<i16>(text, out).then_some(0),
            Codec::Int4 => return integer::encode::<i32>(text, out).then_some(0),
            Codec::Int8 => return integer::encode::<i64>(text, out).then_some(0),
            Codec::Numeric => return numeric::encode(text, out).then_some(0),
            Codec::Date => return datetime::encode_date(text, out).then_some(0),
            Codec::Timestamptz => {
                let spelling = datetime::encode_timestamptz(text, out)?;
                chunk.spellings.extend_from_slice(&spelling);
                return Some(0);
            }
            Codec::Bool => boolean::encode(text, out)?,
            Codec::Float4 => float::encode_single(text, out)?,
            Codec::Float8 => float::encode_double(text, out)?,
            Codec::Time => datetime::encode_time(text, out)?,
            Codec::Timestamp => datetime::encode_timestamp(text, out)?,
            Codec::Uuid => hex::encode_uuid(text, out)?,
        };
        chunk.spellings.push(spelling);
        Some(0)
    }

    /// Appends the text that `value` was made from, as COPY text. `None` where it was not made by [`Codec::encode`].
    fn decode(self, value: &[u8], spellings: &mut Reader<'_>, out: &mut Vec<u8>) -> Option<()> {
        match self {
            Codec::Text => copy_text::escape(value, out),
            Codec::Jsonb => copy_text::escape(value.get(1..)?, out),
            Codec::Bytea => hex::decode_bytea(value, out),
            Codec::Int2 => integer::decode(i16::from_be_bytes(value.try_into().ok()?), out),
            Codec::Int4 => integer::decode(i32::from_be_bytes(value.try_into().ok()?), out),
            Codec::Int8 => integer::decode(i64::from_be_bytes(value.try_into().ok()?), out),
            Codec::Numeric => numeric::decode(value, out)?,
            Codec::Date => datetime::decode_date(value, out)?,
            Codec::Timestamptz => datetime::decode_timestamptz(value, spellings.array()?, out)?,
            Codec::Bool => boolean::decode(spellings.byte()?, out)?,
            Codec::Float4 => {
                float::decode(f32::from_be_bytes(value.try_into().ok()?), spellings.byte()?, out)
            }
            Codec::Float8 => {
                float::decode(f64::from_be_bytes(value.try_into().ok()?), spellings.byte()?, out)
            }
            Codec::Time => datetime::decode_time(value, spellings.byte()?, out)?,
            Codec::Timestamp => datetime::decode_timestamp(value, spellings.byte()?, out)?,
            Codec::Uuid => hex::decode_uuid(value, spellings.byte()?, out),
        }
        Some(())
    }
}

fn encode_text(text: &[u8], out: &mut Vec<u8>) -> usize {
    out.extend_from_slice(&length(text.len()));
    out.extend_from_slice(text);
    copy_text::count_escapes(text)
}

fn encode_jsonb(text: &[u8], out: &mut Vec<u8>) -> usize {
    out.extend_from_slice(&length(text.len() + 1));
    out.push(JSONB_VERSION);
    out.extend_from_slice(text);
    copy_text::count_escapes(text)
}

/// The length that precedes a value. A value is below 2 GiB: `max record size` is.
fn length(bytes: usize) -> [u8; 4] {
    debug_assert!(i32::try_from(bytes).is_ok());
    (bytes as i32).to_be_bytes()
}

/// A value of fixed width, at most 16, with its length before it.
#[inline(always)]
fn put_fixed<const WIDTH: usize>(value: [u8; WIDTH], out: &mut Vec<u8>) {
    let mut both = [0; 4 + 16];
    both[..4].copy_from_slice(&(WIDTH as i32).to_be_bytes());
    both[4..4 + WIDTH].copy_from_slice(&value);
    out.extend_from_slice(&both[..4 + WIDTH]);
}

/// Appends `row` to the chunk: for each codec the field that `fields` names. Returns how many bytes the row takes as
/// COPY text; `None`, and nothing is appended, where a value is not canonical.
pub fn encode(row: &Row<'_>, codecs: &[Codec], fields: &[usize], chunk: &mut Chunk) -> Option<usize> {
    let (bytes, spellings) = (chunk.bytes.len(), chunk.spellings.len());
    // A table has at most 1600 columns.
    chunk.bytes.extend_from_slice(&(codecs.len() as i16).to_be_bytes());
    // A TAB behind each field but the last, and LF.
    let mut text_bytes = codecs.len();
    for (codec, &field) in codecs.iter().zip(fields) {
        let Some(text) = row.field(field) else {
            chunk.bytes.extend_from_slice(&NULL);
            text_bytes += 2;
            continue;
        };
        let Some(escapes) = codec.encode(text, chunk) else {
            chunk.bytes.truncate(bytes);
            chunk.spellings.truncate(spellings);
            return None;
        };
        text_bytes += text.len() + escapes;
    }
    chunk.end_row();
    Some(text_bytes)
}

/// The same rows as COPY text, byte for byte what they would have been if they had been encoded as text. An error is
/// a defect: `chunk` was not made by [`encode`] with these codecs.
pub fn to_text(codecs: &[Codec], chunk: &Chunk) -> Result<Chunk> {
    let mut text = Chunk::default();
    text.ends.reserve_exact(chunk.ends.len());
    let (mut values, mut spellings) = (Reader(&chunk.bytes), Reader(&chunk.spellings));
    for _ in &chunk.ends {
        row_to_text(codecs, &mut values, &mut spellings, &mut text.bytes).ok_or_else(defect)?;
        text.ends.push(u32::try_from(text.bytes.len()).map_err(|_| defect())?);
    }
    Ok(text)
}

fn row_to_text(
    codecs: &[Codec],
    values: &mut Reader<'_>,
    spellings: &mut Reader<'_>,
    out: &mut Vec<u8>,
) -> Option<()> {
    let columns = i16::from_be_bytes(values.array()?);
    if columns as usize != codecs.len() {
        return None;
    }
    for (position, codec) in codecs.iter().enumerate() {
        if position > 0 {
            out.push(b'\t');
        }
        match values.array()? {
            NULL => out.extend_from_slice(b"\\N"),
            length => codec.decode(values.take(u32::from_be_bytes(length) as usize)?, spellings, out)?,
        }
    }
    out.push(b'\n');
    Some(())
}

fn defect() -> Error {
    Error::new("rows encoded in binary cannot be read back: a defect of pgloader")
}

/// Takes bytes off the front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (front, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(front)
    }

    fn array<const COUNT: usize>(&mut self) -> Option<[u8; COUNT]> {
        self.take(COUNT)?.try_into().ok()
    }

    fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }
}
