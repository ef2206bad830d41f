use jiff::Timestamp;
use nightshift_runtime::Failure;
use nightshift_schedule::{Context, Explanation, Syntax};

/// How far ahead an explanation looks unless told.
const DAYS: u16 = 14;

/// Says what a schedule means, from the same code that decides; touches nothing.
///
/// # Errors
/// When the syntax is none that is known.
pub fn explain(
    schedule: &str,
    syntax: Option<&str>,
    context: &Context,
    at: Timestamp,
    days: Option<u16>,
) -> Result<Explanation, Failure> {
    let syntax = match syntax {
        None => Syntax::default(),
        Some(name) => name
            .parse()
            .map_err(|error| Failure::new("Command", &error))?,
    };
    Ok(nightshift_schedule::explain(
        schedule,
        syntax,
        context,
        at,
        days.unwrap_or(DAYS),
    ))
}
