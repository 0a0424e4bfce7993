//! Holds every answer that a test gets to what the document of the API says of it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value;

use crate::support::{Answer, on_both};
use crate::system::Office;

/// The document, as programs get it.
static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../assets/openapi.json")).unwrap());

/// Holds that an answer is one that the document knows, and has its shape. Addresses that are not there are left out.
pub(crate) fn holds(method: &str, path: &str, answer: &Answer) {
    let path = path.split('?').next().unwrap();
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let Some((_, methods)) = paths.iter().find(|(pattern, _)| is_of(pattern, path)) else {
        return;
    };
    let told = &methods[method];
    if told.is_null() {
        answer.must_be(405);
        return;
    }
    let status = answer.status.as_u16().to_string();
    let known = &told["responses"][&status];
    assert!(
        !known.is_null(),
        "{method} {path} answers {status}, of which the document knows nothing"
    );
    for kind in ["application/json", "application/problem+json"] {
        let schema = &known["content"][kind]["schema"];
        if !schema.is_null() {
            assert_eq!(answer.header("content-type"), kind, "{method} {path} {status}");
            let value = serde_json::from_str(&answer.text).unwrap();
            fits(&value, schema, &format!("{method} {path} {status}"));
        }
    }
}

fn is_of(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
    let same = |(known, said): (&&str, &&str)| known.starts_with('{') || known == said;
    pattern.len() == path.len() && pattern.iter().zip(&path).all(same)
}

/// Holds that a value has a shape: every property that is needed, and none that is not told of.
fn fits(value: &Value, schema: &Value, at: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap();
        return fits(value, &DOCUMENT["components"]["schemas"][name], at);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        return match value.is_null() {
            true => assert!(choices.iter().any(|one| one["type"] == "null"), "{at} is null"),
            false => fits(value, &choices[0], at),
        };
    }
    let kinds: BTreeSet<&str> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect(),
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(kinds.contains(kind), "{at} is {value}, and should be {kinds:?}");
    if let Some(values) = schema["enum"].as_array() {
        assert!(values.contains(value), "{at} is {value}");
    }
    if let Some(items) = value.as_array() {
        items
            .iter()
            .for_each(|item| fits(item, &schema["items"], &format!("{at}[]")));
    }
    if let Some(object) = value.as_object() {
        for (name, value) in object {
            let property = &schema["properties"][name];
            assert!(!property.is_null(), "{at}: nothing is told of {name}");
            fits(value, property, &format!("{at}.{name}"));
        }
        for name in schema["required"].as_array().into_iter().flatten() {
            assert!(object.contains_key(name.as_str().unwrap()), "{at} lacks {name}");
        }
    }
}

#[test]
fn the_document_tells_of_every_address_and_of_no_other() {
    let table = include_str!("../../src/api/router.rs");
    let told: BTreeSet<&str> = DOCUMENT["paths"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let routed: BTreeSet<&str> = table
        .split('"')
        .filter(|text| text.starts_with("/api/v1/"))
        .collect();
    assert_eq!(told, routed);
}

on_both!(
    people_read_the_document_in_their_language_without_a_token,
    |db| async move {
        let office = Office::open(db).await;
        let mut reader = office.site.browser();
        let page = reader.get("/reference").await;
        page.must_be(200)
            .must_say("/api/v1/rounds/{round}/missing")
            .must_say("未报单位")
            .must_say("接口说明");
        let mut english = office.site.browser().says("accept-language", "en");
        english
            .get("/reference")
            .await
            .must_say("Who has not reported")
            .must_say("API reference");
        let document = reader.get("/reference/openapi.json").await;
        assert_eq!(
            serde_json::from_str::<Value>(&document.must_be(200).text).unwrap(),
            *DOCUMENT
        );
    }
);
