//! The one place that writes COPY statements, which hold keys, and their twins for people, which do not.
//! Syntax: AWS documentation, COPY.

use pgloader_core::TableName;
use pgloader_postgres_client::quote_identifier;
use pgloader_s3::Keys;
use secrecy::{ExposeSecret, SecretString};

use super::dialect::quote_table;
use super::options::{Compression, Role};

/// What reads S3 for the server.
pub(super) enum Authorization<'a> {
    Role(&'a Role),
    Keys(&'a Keys),
}

/// One COPY.
pub(super) struct Copy<'a> {
    pub(super) table: &'a TableName,
    pub(super) columns: &'a [String],
    /// `s3://bucket/key`.
    pub(super) from: &'a str,
    /// `from` is a manifest.
    pub(super) manifest: bool,
    pub(super) null: &'a str,
    pub(super) compression: Compression,
    pub(super) region: &'a str,
    pub(super) authorization: Authorization<'a>,
    /// An identity column gets the values of the file.
    pub(super) explicit_ids: bool,
    /// The user owns the table, without which statistics cannot be spoken of.
    pub(super) owned: bool,
    /// So many errors make it fail; the first one where nothing is said.
    pub(super) max_errors: Option<u64>,
}

impl Copy<'_> {
    /// As the server gets it.
    pub(super) fn sql(&self) -> SecretString {
        self.text(|secret| secret.expose_secret().to_owned()).into()
    }

    /// As people see it.
    pub(super) fn shown(&self) -> String {
        self.text(|_| "***".to_owned())
    }

    fn text(&self, secret: impl Fn(&SecretString) -> String) -> String {
        let columns: Vec<String> = self.columns.iter().map(|column| quote_identifier(column)).collect();
        let mut parts = vec![
            format!("COPY {} ({}) FROM {}", quote_table(self.table), columns.join(", "), literal(self.from)),
            "FORMAT CSV TIMEFORMAT 'auto' DATEFORMAT 'auto'".to_owned(),
            format!("NULL AS {} ROUNDEC", literal(self.null)),
            "COMPUPDATE OFF".to_owned(),
        ];
        let mut add_if = |wanted: bool, words: &str| parts.extend(wanted.then(|| words.to_owned()));
        add_if(self.owned, "STATUPDATE OFF");
        add_if(self.manifest, "MANIFEST");
        add_if(self.explicit_ids, "EXPLICIT_IDS");
        parts.extend(self.compression.keyword().map(str::to_owned));
        parts.extend(self.max_errors.map(|errors| format!("MAXERROR {errors}")));
        parts.push(format!("REGION {}", literal(self.region)));
        parts.push(self.authorized(secret));
        parts.join(" ")
    }

    fn authorized(&self, secret: impl Fn(&SecretString) -> String) -> String {
        let keys = match &self.authorization {
            Authorization::Role(Role::Default) => return "IAM_ROLE default".to_owned(),
            Authorization::Role(Role::Arn(arn)) => return format!("IAM_ROLE {}", literal(arn)),
            Authorization::Keys(keys) => keys,
        };
        let id = secret(&keys.access_key_id.clone().into());
        let mut text = format!(
            "ACCESS_KEY_ID {} SECRET_ACCESS_KEY {}",
            literal(&id),
            literal(&secret(&keys.secret_access_key))
        );
        if let Some(token) = &keys.session_token {
            text += &format!(" SESSION_TOKEN {}", literal(&secret(token)));
        }
        text
    }
}

/// A literal of Redshift, where a backslash always escapes.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(token: Option<&str>) -> Keys {
        Keys {
            access_key_id: "AKIDEXAMPLE".into(),
            secret_access_key: "se/c'r\\et+".to_owned().into(),
            session_token: token.map(|token| token.to_owned().into()),
            expires: None,
        }
    }

    fn copy<'a>(table: &'a TableName, columns: &'a [String], authorization: Authorization<'a>) -> Copy<'a> {
        Copy {
            table,
            columns,
            from: "s3://pgloader/k.csv",
            manifest: false,
            null: "~pgl-null~",
            compression: Compression::None,
            region: "eu-west-1",
            authorization,
            explicit_ids: false,
            owned: true,
            max_errors: None,
        }
    }

    #[test]
    fn the_specified_statement_with_what_makes_it_exact() {
        let table = TableName { schema: Some("public".into()), name: "t\"1".into() };
        let columns = ["a".to_owned(), "B".to_owned()];
        let keys = keys(Some("tok"));
        let copy = copy(&table, &columns, Authorization::Keys(&keys));
        assert_eq!(
            copy.sql().expose_secret(),
            "COPY \"public\".\"t\"\"1\" (\"a\", \"B\") FROM 's3://pgloader/k.csv' FORMAT CSV TIMEFORMAT 'auto' \
             DATEFORMAT 'auto' NULL AS '~pgl-null~' ROUNDEC COMPUPDATE OFF STATUPDATE OFF REGION 'eu-west-1' \
             ACCESS_KEY_ID 'AKIDEXAMPLE' SECRET_ACCESS_KEY 'se/c''r\\\\et+' SESSION_TOKEN 'tok'"
        );
        let shown = copy.shown();
        assert!(
            shown.ends_with("ACCESS_KEY_ID '***' SECRET_ACCESS_KEY '***' SESSION_TOKEN '***'"),
            "{shown}"
        );
    }

    #[test]
    fn roles_manifests_codecs_and_limits() {
        let table = TableName { schema: None, name: "t".into() };
        let role = Role::Arn("arn:aws:iam::1:role/r".into());
        let columns = ["a".to_owned()];
        let mut copy = copy(&table, &columns, Authorization::Role(&role));
        (copy.manifest, copy.explicit_ids, copy.owned) = (true, true, false);
        (copy.compression, copy.max_errors) = (Compression::Zstd, Some(100_000));
        let sql = copy.shown();
        assert!(
            sql.ends_with(
                "ROUNDEC COMPUPDATE OFF MANIFEST EXPLICIT_IDS ZSTD MAXERROR 100000 REGION 'eu-west-1' \
                 IAM_ROLE 'arn:aws:iam::1:role/r'"
            ),
            "{sql}"
        );
        copy.authorization = Authorization::Role(&Role::Default);
        assert!(copy.shown().ends_with("IAM_ROLE default"));
    }
}
