using System.Reflection;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;

namespace FlashDiffusion.Server.Http.OpenApi;

/// <summary>The description of the HTTP twin, made of the routes that the server has: what is described is there, and the other way round.</summary>
internal static class OpenApiDocument
{
    private const string Json = "application/json";
    private const string Error = "Error";

    public static JsonObject Of(IEnumerable<HttpBinding> bindings, OpenApiSecurity security)
    {
        var comments = new ProtoComments();
        var schemas = new OpenApiSchemas(comments);
        var paths = new JsonObject();
        foreach (var binding in bindings.OrderBy(binding => binding.Path, StringComparer.Ordinal).ThenBy(binding => binding.Verb, StringComparer.Ordinal))
        {
            var path = Braced(binding);
            if (paths[path] is not JsonObject operations)
            {
                paths[path] = operations = [];
            }

            operations[binding.Verb] = Operation(binding, comments, schemas);
        }

        schemas.All[Error] = ErrorSchema();
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "FlashDiffusion",
                ["version"] = typeof(OpenApiDocument).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0",
                ["description"] = "flashdiffusion.v1 as JSON: 64-bit integers are strings, bytes are base64, durations are seconds like \"1.5s\"; a name that a message does not have is refused.",
            },
            ["paths"] = paths,
            ["security"] = security.Requirements,
            ["components"] = new JsonObject { ["schemas"] = schemas.All, ["securitySchemes"] = OpenApiSecurity.Schemes },
        };
    }

    // OpenAPI names parameters as JSON does.
    private static string Braced(HttpBinding binding) =>
        binding.PathFields.Aggregate(binding.Path, (path, field) => path.Replace($"{{{field}}}", $"{{{FieldOf(binding, field).JsonName}}}", StringComparison.Ordinal));

    private static FieldDescriptor FieldOf(HttpBinding binding, string field) => binding.Method.InputType.FindFieldByName(field);

    private static JsonObject Operation(HttpBinding binding, ProtoComments comments, OpenApiSchemas schemas)
    {
        var method = binding.Method;
        var operation = new JsonObject
        {
            ["operationId"] = method.Name,
            ["tags"] = new JsonArray(method.Service.Name),
            ["description"] = comments.Of(method) + (method.IsServerStreaming ? " One JSON object a line; an error after the first is the last line." : ""),
        };
        if (Parameters(binding, comments, schemas) is { Count: > 0 } parameters)
        {
            operation["parameters"] = parameters;
        }

        if (binding.HasBody)
        {
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content(schemas.ReferTo(method.InputType)) };
        }

        operation["responses"] = new JsonObject
        {
            ["200"] = new JsonObject
            {
                ["description"] = method.IsServerStreaming ? "Events, one a line." : "The answer.",
                ["content"] = method.IsServerStreaming ? Stream(schemas.ReferTo(method.OutputType), method.OutputType.Name) : Content(schemas.ReferTo(method.OutputType)),
            },
            ["default"] = new JsonObject
            {
                ["description"] = "Why there is none.",
                ["content"] = Content(new JsonObject { ["$ref"] = $"#/components/schemas/{Error}" }),
            },
        };
        return operation;
    }

    private static JsonArray Parameters(HttpBinding binding, ProtoComments comments, OpenApiSchemas schemas)
    {
        var inPath = binding.PathFields.ToHashSet(StringComparer.Ordinal);
        var fields = binding.Method.InputType.Fields.InDeclarationOrder().Where(field => !binding.HasBody || inPath.Contains(field.Name));
        return new JsonArray([.. fields.Select(field => new JsonObject
        {
            ["name"] = field.JsonName,
            ["in"] = inPath.Contains(field.Name) ? "path" : "query",
            ["required"] = inPath.Contains(field.Name),
            ["description"] = comments.Of(field),
            ["schema"] = schemas.SchemaOf(field),
        })]);
    }

    private static JsonObject Content(JsonObject schema) => new() { [Json] = new JsonObject { ["schema"] = schema } };

    // No type: the body as a whole is no JSON value, and 3.1 has no word for a sequence of them.
    private static JsonObject Stream(JsonObject item, string name) => new()
    {
        [Json] = new JsonObject
        {
            ["schema"] = new JsonObject { ["description"] = $"Not one JSON value but a sequence: each line is a {name}, to be read as it comes; an {Error} after the first is the last line." },
            ["x-itemSchema"] = item,
        },
    };

    private static JsonObject ErrorSchema() => new()
    {
        ["type"] = "object",
        ["description"] = "google.rpc.Status.",
        ["properties"] = new JsonObject
        {
            ["code"] = new JsonObject { ["type"] = "integer", ["format"] = "int32", ["description"] = "google.rpc.Code." },
            ["message"] = new JsonObject { ["type"] = "string", ["description"] = "Sentences that stand alone." },
            ["details"] = new JsonObject
            {
                ["type"] = "array",
                ["description"] = "google.rpc.ErrorInfo always, google.rpc.BadRequest with every violation of a bad request, and others; @type says which.",
                ["items"] = new JsonObject { ["type"] = "object", ["required"] = new JsonArray("@type") },
            },
        },
    };
}
