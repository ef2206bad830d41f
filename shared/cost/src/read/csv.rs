use jiff::Timestamp;
use jiff::civil::Date;

use super::{ReadError, quoted};
use crate::amount::parse_amount;
use crate::charge::RecordType;
use crate::history::Batch;
use crate::key::{Breakdown, Dimension, Key};

/// Reads a history from CSV (RFC 4180, UTF-8, with a header row).
///
/// | column | meaning |
/// |---|---|
/// | `date` | the day, as `2026-11-23` |
/// | `amount` | US dollars; empty where it is not known |
/// | `service`, `account`, `region`, `usage_type`, `environment` | whose cost it is; each may be left out |
/// | `record_type` | Cost Explorer's `RECORD_TYPE`; `Usage` where it is left out |
///
/// A day that has a row has all of its rows: a key without one had no cost on
/// it. A day without any row is missing. `read_at` is when the figures were
/// taken; it decides which days are settled.
///
/// # Errors
/// The first line that cannot be read, or a column that is missing or unknown.
pub fn read_csv(text: &str, read_at: Timestamp) -> Result<Batch, ReadError> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| wrong(1, &error))?.clone();
    let columns = columns(&header)?;
    let dimensions = columns.iter().filter_map(|column| match column {
        Column::Of(dimension) => Some(*dimension),
        Column::Date | Column::Amount | Column::RecordType => None,
    });
    let mut batch = Batch::new(read_at, Breakdown::by(dimensions));
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            wrong(line, &error)
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let place = || format!("line {line}");
        let (mut day, mut amount, mut record_type) = (None, None, RecordType::Usage);
        let mut key = Key::default();
        for (column, cell) in columns.iter().zip(&record) {
            match column {
                Column::Date => {
                    let read = cell.parse::<Date>().map_err(|_| {
                        let problem = format!("{} is no date such as 2026-11-23", quoted(cell));
                        ReadError::new(place(), problem)
                    })?;
                    day = Some(read);
                }
                Column::Amount | Column::RecordType if cell.is_empty() => {}
                Column::Amount => {
                    amount = Some(parse_amount(cell).ok_or_else(|| {
                        let problem = format!("{} is no amount such as 12.34", quoted(cell));
                        ReadError::new(place(), problem)
                    })?);
                }
                Column::RecordType => record_type = RecordType::named(cell),
                Column::Of(dimension) => key = key.with(*dimension, cell),
            }
        }
        if let Some(day) = day {
            batch.complete.insert(day);
            batch.add(key, record_type, day, amount);
        }
    }
    if !columns.contains(&Column::RecordType) {
        batch.record_types = Some([RecordType::Usage].into());
    }
    Ok(batch)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Date,
    Amount,
    RecordType,
    Of(Dimension),
}

fn columns(header: &csv::StringRecord) -> Result<Vec<Column>, ReadError> {
    const KNOWN: &str =
        "date, amount, service, account, region, usage_type, environment and record_type";
    let mut columns = Vec::new();
    for name in header {
        let column = match name.trim_start_matches('\u{feff}') {
            "date" => Column::Date,
            "amount" => Column::Amount,
            "record_type" => Column::RecordType,
            "service" => Column::Of(Dimension::Service),
            "account" => Column::Of(Dimension::Account),
            "region" => Column::Of(Dimension::Region),
            "usage_type" => Column::Of(Dimension::UsageType),
            "environment" => Column::Of(Dimension::Environment),
            _ => {
                let problem = format!("{} is no column; there are {KNOWN}", quoted(name));
                return Err(ReadError::new("line 1", problem));
            }
        };
        if columns.contains(&column) {
            return Err(ReadError::new(
                "line 1",
                format!("{} stands twice", quoted(name)),
            ));
        }
        columns.push(column);
    }
    for (column, name) in [(Column::Date, "date"), (Column::Amount, "amount")] {
        if !columns.contains(&column) {
            let problem = format!("the column `{name}` is missing; there are {KNOWN}");
            return Err(ReadError::new("line 1", problem));
        }
    }
    Ok(columns)
}

fn wrong(line: u64, error: &csv::Error) -> ReadError {
    ReadError::new(
        format!("line {line}"),
        match error.kind() {
            csv::ErrorKind::UnequalLengths {
                expected_len, len, ..
            } => {
                format!("{len} fields where the header has {expected_len}")
            }
            csv::ErrorKind::Utf8 { .. } => "not UTF-8".to_owned(),
            _ => "not CSV".to_owned(),
        },
    )
}
