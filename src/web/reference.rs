//! The reference of the JSON API as a page: the same document that programs read, in the reader's language.

use askama::Template;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

use super::Failure;
use super::page::{Page, html};
use super::visit::Visit;
use crate::i18n::Lang;
use crate::service::Error;

/// Describes the API, as OpenAPI 3.1 has it; `x-zh` says the same in Chinese.
const DOCUMENT: &str = include_str!("../../assets/openapi.json");

#[derive(Template)]
#[template(path = "reference.html")]
struct ReferencePage {
    l: Lang,
    page: Page,
    lead: String,
    calls: Vec<Call>,
    shapes: Vec<Shape>,
}

/// One address with one method.
struct Call {
    method: String,
    path: String,
    title: String,
    words: String,
    parameters: Vec<Row>,
    body: Option<String>,
    answers: Vec<Answer>,
}

/// What may come back.
struct Answer {
    status: String,
    words: String,
    shape: Option<String>,
}

/// An object of the document.
struct Shape {
    name: String,
    words: String,
    rows: Vec<Row>,
}

/// One parameter or property.
struct Row {
    name: String,
    kind: Kind,
    is_needed: bool,
    words: String,
}

/// What a value is: in words, and the shape that it has.
struct Kind {
    words: String,
    shape: Option<String>,
    is_list: bool,
}

/// Shows the reference.
pub(super) async fn page(visit: Visit) -> Result<Response, Failure> {
    let document: Value = serde_json::from_str(DOCUMENT).map_err(Error::broken)?;
    let reader = Reader { l: visit.l };
    html(&ReferencePage {
        l: visit.l,
        lead: reader.words(&document["info"]),
        calls: reader.calls(&document["paths"]),
        shapes: reader.shapes(&document["components"]["schemas"]),
        page: visit.page,
    })
}

/// Gives the document to programs.
pub(super) async fn document() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT).into_response()
}

/// Reads the document in one language.
struct Reader {
    l: Lang,
}

impl Reader {
    fn either(&self, value: &Value, zh: &str, en: &str) -> String {
        let key = match self.l {
            Lang::Zh => zh,
            Lang::En => en,
        };
        value[key].as_str().unwrap_or_default().to_owned()
    }

    fn words(&self, value: &Value) -> String {
        self.either(value, "x-zh", "description")
    }

    fn calls(&self, paths: &Value) -> Vec<Call> {
        let mut calls = Vec::new();
        for (path, methods) in members(paths) {
            for (method, call) in members(methods) {
                calls.push(Call {
                    method: method.to_uppercase(),
                    path: path.clone(),
                    title: self.either(call, "x-zh-summary", "summary"),
                    words: self.words(call),
                    parameters: list(&call["parameters"]).map(|one| self.parameter(one)).collect(),
                    body: shape_of(json_schema(&call["requestBody"])),
                    answers: members(&call["responses"])
                        .map(|(status, answer)| Answer {
                            status: status.clone(),
                            words: self.words(answer),
                            shape: shape_of(json_schema(answer)),
                        })
                        .collect(),
                });
            }
        }
        calls
    }

    fn parameter(&self, one: &Value) -> Row {
        Row {
            name: one["name"].as_str().unwrap_or_default().to_owned(),
            kind: self.kind(&one["schema"]),
            is_needed: one["required"] == true,
            words: self.words(one),
        }
    }

    fn shapes(&self, schemas: &Value) -> Vec<Shape> {
        let shape = |(name, schema): (&String, &Value)| Shape {
            name: name.clone(),
            words: self.words(schema),
            rows: self.rows("", schema),
        };
        members(schemas).map(shape).collect()
    }

    /// Gives the properties of an object; those of an object within it follow, with its name before theirs.
    fn rows(&self, before: &str, schema: &Value) -> Vec<Row> {
        let needed: Vec<&str> = list(&schema["required"]).filter_map(Value::as_str).collect();
        let mut rows = Vec::new();
        for (name, property) in members(&schema["properties"]) {
            rows.push(Row {
                name: format!("{before}{name}"),
                kind: self.kind(property),
                is_needed: needed.contains(&name.as_str()),
                words: self.words(property),
            });
            rows.extend(self.rows(&format!("{before}{name}."), &property["items"]));
        }
        rows
    }

    fn kind(&self, schema: &Value) -> Kind {
        let items = &schema["items"];
        let is_list = !items.is_null();
        Kind {
            shape: shape_of(if is_list { items } else { schema }),
            words: self.kind_words(schema),
            is_list,
        }
    }

    fn kind_words(&self, schema: &Value) -> String {
        let values: Vec<String> = list(&schema["enum"]).map(Value::to_string).collect();
        if !values.is_empty() {
            return values.join(" · ");
        }
        let kinds: Vec<&str> = match &schema["type"] {
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            kind => kind.as_str().into_iter().collect(),
        };
        let format = schema["format"].as_str();
        let words = kinds.iter().map(|kind| match (*kind, format) {
            ("string", Some(format)) => format,
            (kind, _) => kind,
        });
        words.collect::<Vec<_>>().join(" · ")
    }
}

/// Gives the members of an object, as they stand.
fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Gives the schema of a body, whichever JSON it is.
fn json_schema(value: &Value) -> &Value {
    let kinds = &value["content"];
    match kinds["application/json"].is_null() {
        true => &kinds["application/problem+json"]["schema"],
        false => &kinds["application/json"]["schema"],
    }
}

/// Gives the name of the shape that a schema is, or is if it is not null.
fn shape_of(schema: &Value) -> Option<String> {
    let direct = &schema["$ref"];
    let of = if direct.is_null() {
        &schema["oneOf"][0]["$ref"]
    } else {
        direct
    };
    of.as_str()?.rsplit('/').next().map(str::to_owned)
}
