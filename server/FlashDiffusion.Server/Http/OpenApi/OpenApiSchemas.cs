using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace FlashDiffusion.Server.Http.OpenApi;

/// <summary>Schemas of messages as ProtoJSON writes them, collected as they are referred to.</summary>
internal sealed class OpenApiSchemas(ProtoComments comments)
{
    /// <summary>All schemas referred to so far, by the message's or enum's name.</summary>
    public JsonObject All { get; } = [];

    /// <summary>A reference to a message's schema, which is added if it is new.</summary>
    public JsonObject ReferTo(MessageDescriptor message)
    {
        if (message.FullName == Duration.Descriptor.FullName)
        {
            return new JsonObject { ["type"] = "string", ["pattern"] = @"^-?\d+(\.\d{1,9})?s$" };
        }

        if (message.FullName == Timestamp.Descriptor.FullName)
        {
            return new JsonObject { ["type"] = "string", ["format"] = "date-time" };
        }

        if (!All.ContainsKey(message.Name))
        {
            var properties = new JsonObject();
            // Before its fields, since a message may contain itself.
            All[message.Name] = Described(new JsonObject { ["type"] = "object", ["properties"] = properties }, message);
            foreach (var field in message.Fields.InDeclarationOrder())
            {
                properties[field.JsonName] = Described(SchemaOf(field), field);
            }
        }

        return Reference(message.Name);
    }

    /// <summary>Schema of a field, with the reference to its message or enum.</summary>
    public JsonObject SchemaOf(FieldDescriptor field)
    {
        if (field.IsMap)
        {
            return new JsonObject { ["type"] = "object", ["additionalProperties"] = ScalarOf(field.MessageType.Fields[2]) };
        }

        return field.IsRepeated ? new JsonObject { ["type"] = "array", ["items"] = ScalarOf(field) } : ScalarOf(field);
    }

    private JsonObject ScalarOf(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message => ReferTo(field.MessageType),
        FieldType.Enum => ReferTo(field.EnumType),
        FieldType.Bool => Type("boolean"),
        FieldType.String => Type("string"),
        FieldType.Bytes => Type("string", "byte"),
        FieldType.Double => Type("number", "double"),
        FieldType.Float => Type("number", "float"),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => Type("string", "int64"),
        FieldType.UInt64 or FieldType.Fixed64 => Type("string", "uint64"),
        FieldType.UInt32 or FieldType.Fixed32 => Type("integer", "uint32"),
        _ => Type("integer", "int32"),
    };

    private JsonObject ReferTo(EnumDescriptor type)
    {
        if (!All.ContainsKey(type.Name))
        {
            All[type.Name] = Described(new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. type.Values.Select(value => JsonValue.Create(value.Name))]) }, type);
        }

        return Reference(type.Name);
    }

    private JsonObject Described(JsonObject schema, IDescriptor descriptor)
    {
        if (comments.Of(descriptor) is { } comment)
        {
            schema["description"] = comment;
        }

        return schema;
    }

    private static JsonObject Type(string type, string? format = null) =>
        format is null ? new JsonObject { ["type"] = type } : new JsonObject { ["type"] = type, ["format"] = format };

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };
}
