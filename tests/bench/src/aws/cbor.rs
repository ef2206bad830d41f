//! As much of CBOR (RFC 8949) as CloudWatch's messages here need: maps,
//! arrays, texts, numbers, truth values.

use serde_json::{Map, Value};

const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TEXT: u8 = 3;

/// Reads one value; none where it is not of that kind.
pub(super) fn read(bytes: &[u8]) -> Option<Value> {
    Reader { rest: bytes }.value()
}

/// Writes a value; numbers that are not whole, and negative ones, as doubles.
pub(super) fn write(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    put(&mut bytes, value);
    bytes
}

fn put(bytes: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => bytes.push(0xf6),
        Value::Bool(false) => bytes.push(0xf4),
        Value::Bool(true) => bytes.push(0xf5),
        Value::Number(number) => {
            if let Some(whole) = number.as_u64() {
                head(bytes, 0, whole);
            } else {
                bytes.push(0xfb);
                bytes.extend(number.as_f64().unwrap_or_default().to_be_bytes());
            }
        }
        Value::String(text) => put_text(bytes, text),
        Value::Array(items) => {
            head(bytes, ARRAY, items.len() as u64);
            for item in items {
                put(bytes, item);
            }
        }
        Value::Object(fields) => {
            head(bytes, MAP, fields.len() as u64);
            for (name, value) in fields {
                put_text(bytes, name);
                put(bytes, value);
            }
        }
    }
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    head(bytes, TEXT, text.len() as u64);
    bytes.extend_from_slice(text.as_bytes());
}

fn head(bytes: &mut Vec<u8>, major: u8, number: u64) {
    let [.., third, second, first, last] = number.to_be_bytes();
    let major = major << 5;
    match number {
        0..24 => bytes.push(major | last),
        24..0x100 => bytes.extend([major | 0x18, last]),
        0x100..0x1_0000 => bytes.extend([major | 0x19, first, last]),
        _ => bytes.extend([major | 0x1a, third, second, first, last]),
    }
}

/// How much of an array or a map is still to come.
enum Count {
    Left(u64),
    UntilBreak,
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn number(&mut self, low: u8) -> Option<u64> {
        let bytes = match low {
            0..24 => return Some(u64::from(low)),
            24..28 => 1_u32 << (low - 24),
            _ => return None,
        };
        let mut number = 0;
        for _ in 0..bytes {
            number = number << 8 | u64::from(self.byte()?);
        }
        Some(number)
    }

    /// How long an array or a map is.
    fn count(&mut self, low: u8) -> Option<Count> {
        if low == 31 {
            Some(Count::UntilBreak)
        } else {
            self.number(low).map(Count::Left)
        }
    }

    fn ended(&mut self, count: &mut Count) -> bool {
        match count {
            Count::Left(0) => true,
            Count::Left(left) => {
                *left -= 1;
                false
            }
            Count::UntilBreak if self.rest.first() == Some(&0xff) => {
                self.rest = &self.rest[1..];
                true
            }
            Count::UntilBreak => self.rest.is_empty(),
        }
    }

    fn value(&mut self) -> Option<Value> {
        let first = self.byte()?;
        let low = first & 0x1f;
        match first >> 5 {
            0 => self.number(low).map(Value::from),
            TEXT => self.text(low).map(Value::from),
            ARRAY => {
                let mut left = self.count(low)?;
                let mut items = Vec::new();
                while !self.ended(&mut left) {
                    items.push(self.value()?);
                }
                Some(Value::Array(items))
            }
            MAP => {
                let mut left = self.count(low)?;
                let mut fields = Map::new();
                while !self.ended(&mut left) {
                    let name = self.value()?;
                    fields.insert(name.as_str()?.to_owned(), self.value()?);
                }
                Some(Value::Object(fields))
            }
            7 => match low {
                20 => Some(Value::Bool(false)),
                21 => Some(Value::Bool(true)),
                22 => Some(Value::Null),
                _ => None,
            },
            _ => None,
        }
    }

    fn text(&mut self, low: u8) -> Option<String> {
        let length = usize::try_from(self.number(low)?).ok()?;
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        String::from_utf8(text.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_written_is_read() {
        let value = json!({
            "a": [1, 23, 24, 255, 256, 65_535, 65_536],
            "long": "x".repeat(300), "yes": true, "no": false, "none": null, "empty": {},
        });
        assert_eq!(read(&write(&value)), Some(value));
    }

    #[test]
    fn maps_that_end_by_a_break_are_read() {
        let bytes = [0xbf, 0x61, b'a', 0x9f, 0x01, 0xff, 0xff];
        assert_eq!(read(&bytes), Some(json!({"a": [1]})));
        assert_eq!(read(&bytes[..3]), None);
    }
}
