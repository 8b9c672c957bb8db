//! The server's messages.

use bytes::{BufMut, BytesMut};

use crate::error::SqlError;

/// A column of a RowDescription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub oid: u32,
    /// Bytes of a value, or -1.
    pub size: i16,
    /// Its length or precision as the catalog has it, or -1.
    pub typmod: i32,
}

/// Messages that wait to be sent.
#[derive(Debug, Default)]
pub struct Messages(pub BytesMut);

impl Messages {
    fn message(&mut self, tag: u8, body: impl FnOnce(&mut BytesMut)) {
        self.0.put_u8(tag);
        let length = self.0.len();
        self.0.put_i32(0);
        body(&mut self.0);
        // No message comes near 2 GiB: values come from messages of the backing server.
        let size = i32::try_from(self.0.len() - length).unwrap_or(i32::MAX);
        self.0[length..length + 4].copy_from_slice(&size.to_be_bytes());
    }

    /// What authentication is wanted, or that it is done (0).
    pub fn authentication(&mut self, code: i32, more: &[u8]) {
        self.message(b'R', |body| {
            body.put_i32(code);
            body.put_slice(more);
        });
    }

    /// A setting that clients follow.
    pub fn parameter_status(&mut self, name: &str, value: &str) {
        self.message(b'S', |body| {
            text(body, name);
            text(body, value);
        });
    }

    /// What a cancel request must name.
    pub fn key(&mut self, pid: i32, secret: i32) {
        self.message(b'K', |body| {
            body.put_i32(pid);
            body.put_i32(secret);
        });
    }

    /// `I`, `T` or `E`.
    pub fn ready(&mut self, status: u8) {
        self.message(b'Z', |body| body.put_u8(status));
    }

    /// The columns of the rows to come, each with its format: 0 text, 1 binary.
    pub fn row_description(&mut self, fields: &[Field], formats: &[i16]) {
        self.message(b'T', |body| {
            body.put_i16(count(fields.len()));
            for (at, field) in fields.iter().enumerate() {
                text(body, &field.name);
                body.put_i32(0);
                body.put_i16(0);
                body.put_u32(field.oid);
                body.put_i16(field.size);
                body.put_i32(field.typmod);
                body.put_i16(format_of(formats, at));
            }
        });
    }

    /// One row; None is NULL.
    pub fn row<'v>(&mut self, values: impl ExactSizeIterator<Item = Option<std::borrow::Cow<'v, [u8]>>>) {
        self.message(b'D', |body| {
            body.put_i16(count(values.len()));
            for value in values {
                match value {
                    Some(value) => {
                        body.put_i32(i32::try_from(value.len()).unwrap_or(i32::MAX));
                        body.put_slice(&value);
                    }
                    None => body.put_i32(-1),
                }
            }
        });
    }

    /// The end of a statement.
    pub fn complete(&mut self, tag: &str) {
        self.message(b'C', |body| text(body, tag));
    }

    /// A message without a body.
    pub fn bare(&mut self, tag: u8) {
        self.message(tag, |_| ());
    }

    /// The types of a statement's parameters.
    pub fn parameter_description(&mut self, types: &[u32]) {
        self.message(b't', |body| {
            body.put_i16(count(types.len()));
            types.iter().for_each(|oid| body.put_u32(*oid));
        });
    }

    /// An error; severity is `ERROR` or `FATAL`.
    pub fn error(&mut self, severity: &str, error: &SqlError) {
        self.message(b'E', |body| response(body, severity, error));
    }

    /// A notice of severity `INFO`.
    pub fn info(&mut self, message: &str) {
        self.message(b'N', |body| response(body, "INFO", &SqlError::new("00000", message)));
    }
}

/// The format of a column: one for all where only one is given, text where none is.
pub fn format_of(formats: &[i16], at: usize) -> i16 {
    match formats {
        [] => 0,
        [one] => *one,
        many => many.get(at).copied().unwrap_or(0),
    }
}

fn count(length: usize) -> i16 {
    // The backing server has at most 1664 columns.
    i16::try_from(length).unwrap_or(i16::MAX)
}

fn text(body: &mut BytesMut, text: &str) {
    body.put_slice(text.as_bytes());
    body.put_u8(0);
}

fn response(body: &mut BytesMut, severity: &str, error: &SqlError) {
    let fields = [
        (b'S', Some(severity)),
        (b'C', Some(error.sqlstate)),
        (b'M', Some(error.message.as_str())),
        (b'D', error.detail.as_deref()),
        (b'H', error.hint.as_deref()),
    ];
    for (code, value) in fields {
        if let Some(value) = value {
            body.put_u8(code);
            text(body, value);
        }
    }
    body.put_u8(0);
}
