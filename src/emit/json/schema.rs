//! The format `mvm-plan/1` as a JSON schema, made from the types that write it: it cannot say anything else than they do.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::{Kind, PlanFile};
use crate::datacenter::Manner;

/// The JSON schema (2020-12) of a plan.
pub fn schema() -> String {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let schema = settings.into_generator().into_root_schema_for::<PlanFile>();
    let text =
        serde_json::to_string_pretty(&schema).expect("a schema is plain data with text keys");
    text + "\n"
}

/// Adds which keys an action of each kind has.
pub(super) fn keys_of_kinds(schema: &mut Schema) {
    let branch = |kind: &Kind| {
        let (has, has_not): (Vec<_>, Vec<_>) =
            kind.keys().into_iter().partition(|(_, there)| *there);
        let names: Vec<&str> = has.into_iter().map(|(key, _)| key).collect();
        let mut properties = Map::from_iter([(String::from("kind"), json!({ "const": kind }))]);
        properties.extend(
            has_not
                .into_iter()
                .map(|(key, _)| (key.to_owned(), Value::Bool(false))),
        );
        json!({ "properties": properties, "required": names })
    };
    let ways = |kind: &Kind| {
        let mut live = branch(kind);
        if !matches!(kind, Kind::Migrate | Kind::Start) {
            live["properties"]["pool"] = Value::Bool(false);
        }
        if *kind != Kind::Migrate {
            live["properties"]["copy"] = Value::Bool(false);
            return vec![live];
        }
        // What is moved cold may send nothing.
        let mut cold = live.clone();
        live["properties"]["copy"] = json!({ "enum": [Manner::Pre, Manner::Post] });
        cold["properties"]["copy"] = json!({ "const": Manner::Cold });
        cold["required"] = json!(["vm", "from", "to", "copy"]);
        vec![live, cold]
    };
    let branches: Vec<Value> = Kind::ALL.iter().flat_map(ways).collect();
    schema.insert(String::from("oneOf"), branches.into());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::{fixture, json};

    /// Why the text is not what the schema says.
    fn invalid(text: &str) -> Option<String> {
        let schema = serde_json::from_str(&schema()).expect("the schema is JSON");
        let written = serde_json::from_str(text).expect("it is JSON");
        let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
        compiler
            .add_resource("plan", schema)
            .expect("the schema has an address");
        let plan = compiler
            .compile("plan", &mut schemas)
            .expect("the schema is one");
        schemas
            .validate(&written, plan)
            .err()
            .map(|e| e.to_string())
    }

    #[test]
    fn the_schema_is_this() {
        insta::assert_snapshot!("schema", schema());
    }

    #[test]
    fn what_is_written_is_valid() {
        for (datacenter, plan) in fixture::all() {
            assert_eq!(invalid(&json::emit(&datacenter, &plan)), None);
        }
    }

    /// What the reader refuses, the schema does not allow, as far as one value at a time can be judged.
    #[test]
    fn what_is_no_plan_is_not_valid() {
        let (datacenter, plan) = fixture::evening();
        let text = json::emit(&datacenter, &plan);
        for (from, to) in [
            ("\"mvm-plan/1\"", "\"mvm-plan/2\""),
            ("\"start\": 0", "\"start\": \"soon\""),
            ("\"kind\": \"boot\"", "\"kind\": \"reboot\""),
            ("\"kind\": \"boot\"", "\"kind\": \"migrate\""),
            ("\"from\": \"r1.s1\", ", ""),
            (
                "\"kind\": \"migrate\"",
                "\"server\": \"s\", \"kind\": \"migrate\"",
            ),
            ("\"end\": 120", "\"end\": -1"),
            ("\"slot\": 1,", ""),
            ("\"optimal\"", "\"best\""),
            ("a5a5", "no digits"),
        ] {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text, "`{from}` is in the text");
            assert!(invalid(&changed).is_some(), "{to}");
        }
    }
}
