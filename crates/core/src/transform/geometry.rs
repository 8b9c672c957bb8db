//! Transforms of MySQL's geometries, which come as well-known text.

use super::{Field, IsNull, Outcome, Transform};

pub(super) const TRANSFORMS: &[Transform] = &[
    Transform::one("convert-mysql-point", convert_mysql_point),
    Transform::one("convert-mysql-linestring", convert_mysql_linestring),
];

/// `POINT(x y)` → `(x,y)`.
fn convert_mysql_point(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    let inner = body(field.bytes(), b"POINT").ok_or("the text is not a POINT(x y)")?;
    point(inner, out).ok_or("the text is not a POINT(x y)")?;
    Ok(IsNull::No)
}

/// `LINESTRING(x y,x y)` → `[(x,y),(x,y)]`.
fn convert_mysql_linestring(field: Field<'_>, out: &mut Vec<u8>) -> Outcome {
    const WRONG: &str = "the text is not a LINESTRING(x y,…)";
    let inner = body(field.bytes(), b"LINESTRING").ok_or(WRONG)?;
    out.push(b'[');
    for (index, pair) in inner.split(|&byte| byte == b',').enumerate() {
        if index > 0 {
            out.push(b',');
        }
        point(pair, out).ok_or(WRONG)?;
    }
    out.push(b']');
    Ok(IsNull::No)
}

/// What stands in the parentheses behind `name`.
fn body<'t>(text: &'t [u8], name: &[u8]) -> Option<&'t [u8]> {
    let (start, rest) = text.trim_ascii().split_at_checked(name.len())?;
    let inner = rest.trim_ascii().strip_prefix(b"(")?.strip_suffix(b")")?;
    start.eq_ignore_ascii_case(name).then_some(inner)
}

/// Two numbers as `(x,y)`.
fn point(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut numbers = text.split(u8::is_ascii_whitespace).filter(|number| !number.is_empty());
    let (x, y) = (numbers.next()?, numbers.next()?);
    let is_number = |text: &[u8]| std::str::from_utf8(text).is_ok_and(|text| text.parse::<f64>().is_ok());
    if numbers.next().is_some() || !is_number(x) || !is_number(y) {
        return None;
    }
    for part in [b"(", x, b",", y, b")"] {
        out.extend_from_slice(part);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::check_texts;

    #[test]
    fn points_and_lines() {
        const NO_POINT: &str = "error: the text is not a POINT(x y)";
        const NO_LINE: &str = "error: the text is not a LINESTRING(x y,…)";
        check_texts(&[
            ("convert-mysql-point", "POINT(48.5513589 7.6926827)", "(48.5513589,7.6926827)"),
            ("convert-mysql-point", "point (-1 1e3)", "(-1,1e3)"),
            ("convert-mysql-point", "POINT(1)", NO_POINT),
            ("convert-mysql-point", "POINT(1 x)", NO_POINT),
            ("convert-mysql-point", "POLYGON((0 0,1 1))", NO_POINT),
            ("convert-mysql-point", "", NO_POINT),
            (
                "convert-mysql-linestring",
                "LINESTRING(-87.87 45.79,-87.88 45.80)",
                "[(-87.87,45.79),(-87.88,45.80)]",
            ),
            ("convert-mysql-linestring", "LINESTRING(1 2)", "[(1,2)]"),
            ("convert-mysql-linestring", "LINESTRING(1 2,3)", NO_LINE),
            ("convert-mysql-linestring", "POINT(1 2)", NO_LINE),
        ]);
    }
}
