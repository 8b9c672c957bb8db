//! The command line.

use std::ffi::OsString;

use clap::{Parser, ValueEnum};
use redshift_sandbox::fault::Fault;
use redshift_sandbox::{Auth, Builder, Sandbox, Tls};

/// A local stand-in for Amazon Redshift and S3, for tests and demos. It is NOT Redshift.
///
/// Without a command it prints how to connect and runs until Ctrl-C. With one it runs that command, with
/// REDSHIFT_URI, PGHOST and the like, and AWS_* set, and ends as the command ends.
#[derive(Parser)]
#[command(name = "redshift-sandbox", version, arg_required_else_help = false)]
pub struct Arguments {
    /// Address and port to listen on; port 0 is any free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    listen: String,
    /// Keep the tables in this database instead of a private PostgreSQL; needs a superuser, without TLS
    #[arg(long, value_name = "URL")]
    backing: Option<String>,
    /// Use the S3 server at this URL instead of a private one
    #[arg(long, value_name = "URL")]
    s3_endpoint: Option<String>,
    /// An access key that S3 and COPY accept, with a session token or without; may be repeated
    #[arg(long, value_name = "ID:SECRET[:TOKEN]", value_parser = key)]
    key: Vec<Key>,
    /// A bucket and its region; may be repeated
    #[arg(long, value_name = "NAME=REGION", value_parser = pair('='))]
    bucket: Vec<(String, String)>,
    /// The region that COPY takes where it names none
    #[arg(long, value_name = "REGION", default_value = "eu-west-1")]
    cluster_region: String,
    /// A user and its password; may be repeated
    #[arg(long, value_name = "NAME:PASSWORD", value_parser = pair(':'))]
    user: Vec<(String, String)>,
    /// A role that COPY may take on; may be repeated
    #[arg(long, value_name = "ARN")]
    role: Vec<String>,
    /// The role behind IAM_ROLE default
    #[arg(long, value_name = "ARN")]
    default_role: Option<String>,
    /// Whether connections are encrypted
    #[arg(long, value_enum, default_value = "offered")]
    tls: TlsName,
    /// The same as --tls off
    #[arg(long, conflicts_with = "tls")]
    no_tls: bool,
    /// How passwords are asked for
    #[arg(long, value_enum, default_value = "md5")]
    auth: AuthName,
    /// Which product to be like
    #[arg(long, value_enum, default_value = "provisioned")]
    flavor: Flavor,
    /// COPY looks at nothing and says that it has loaded so many rows: for measuring what comes before it
    #[arg(long, value_name = "ROWS")]
    null_copy: Option<u64>,
    /// How many slices the cluster has
    #[arg(long, value_name = "N", default_value_t = 2)]
    slices: u32,
    /// Quoted names keep their case
    #[arg(long)]
    case_sensitive: bool,
    /// What a quoted field is that equals NULL AS
    #[arg(long, value_enum, default_value = "null")]
    quoted_sentinel: Sentinel,
    /// What line numbers of errors count
    #[arg(long, value_enum, default_value = "physical")]
    line_number: LineNumber,
    /// Something that goes wrong, such as drop-before-commit or slow-copy=500; may be repeated
    #[arg(long, value_name = "FAULT")]
    pub inject: Vec<Fault>,
    /// A command to run
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

#[derive(Clone, Copy, ValueEnum)]
enum TlsName {
    Off,
    Offered,
    Required,
}

#[derive(Clone, Copy, ValueEnum)]
enum AuthName {
    Cleartext,
    Md5,
    Sha256,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Flavor {
    Provisioned,
    Serverless,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Sentinel {
    Null,
    Literal,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LineNumber {
    Physical,
    Logical,
}

/// Id, secret and token.
type Key = (String, String, Option<String>);

/// Neither part is repeated in an error, which may be shown.
fn key(text: &str) -> Result<Key, String> {
    let mut parts = text.splitn(3, ':').map(str::to_owned);
    match (parts.next(), parts.next()) {
        (Some(id), Some(secret)) => Ok((id, secret, parts.next())),
        _ => Err("expected ID:SECRET[:TOKEN]".into()),
    }
}

fn pair(
    separator: char,
) -> impl Fn(&str) -> Result<(String, String), String> + Clone + Send + Sync + 'static {
    move |text| {
        let (left, right) =
            text.split_once(separator).ok_or_else(|| format!("expected two words with {separator}"))?;
        Ok((left.to_owned(), right.to_owned()))
    }
}

impl Arguments {
    /// The sandbox that the options describe.
    pub fn builder(&self) -> Builder {
        let mut builder = Sandbox::builder()
            .listen(&self.listen)
            .cluster_region(&self.cluster_region)
            .tls(self.tls())
            .auth(match self.auth {
                AuthName::Cleartext => Auth::Cleartext,
                AuthName::Md5 => Auth::Md5,
                AuthName::Sha256 => Auth::Sha256,
            })
            .serverless(self.flavor == Flavor::Serverless)
            .slices(self.slices)
            .case_sensitive(self.case_sensitive)
            .quoted_sentinel_is_null(self.quoted_sentinel == Sentinel::Null)
            .physical_lines(self.line_number == LineNumber::Physical);
        if let Some(rows) = self.null_copy {
            builder = builder.null_copy(rows);
        }
        builder = self.user.iter().fold(builder, |builder, (name, password)| builder.user(name, password));
        builder = self.bucket.iter().fold(builder, |builder, (name, region)| builder.bucket(name, region));
        builder = self.role.iter().fold(builder, |builder, arn| builder.role(arn));
        for (id, secret, token) in &self.key {
            builder = builder.key(id, secret, token.as_deref());
        }
        self.replaced(builder)
    }

    fn replaced(&self, mut builder: Builder) -> Builder {
        if let Some(url) = &self.backing {
            builder = builder.backing(url);
        }
        if let Some(url) = &self.s3_endpoint {
            builder = builder.s3_endpoint(url);
        }
        if let Some(arn) = &self.default_role {
            builder = builder.default_role(arn);
        }
        builder
    }

    fn tls(&self) -> Tls {
        match self.tls {
            _ if self.no_tls => Tls::Off,
            TlsName::Off => Tls::Off,
            TlsName::Offered => Tls::Offered,
            TlsName::Required => Tls::Required,
        }
    }
}
