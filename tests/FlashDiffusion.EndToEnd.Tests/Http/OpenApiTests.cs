using System.Text.Json.Nodes;
using FlashDiffusion.EndToEnd.Tests.Servers;
using Google.Api;
using Google.Protobuf.Reflection;

namespace FlashDiffusion.EndToEnd.Tests.Http;

/// <summary>The description is true: every rule of the protos is described, every described path answers, and answers are what it says.</summary>
[Collection(ServerCollection.Name)]
public sealed class OpenApiTests(SharedServer shared) : IDisposable
{
    private readonly HttpClient _http = HttpTwin.Client(shared.Server.Http);

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Document_Paths_AreTheRulesOfTheProtosAndAnswer()
    {
        var document = await DocumentAsync();

        ServiceDescriptor[] services = [V1.ReconstructionService.Descriptor, V1.CatalogService.Descriptor];
        var rules = services.SelectMany(service => service.Methods).Select(method => method.GetOptions().GetExtension(AnnotationsExtensions.Http))
            .Select(rule => rule.PatternCase == HttpRule.PatternOneofCase.Get ? $"get {rule.Get}" : $"post {rule.Post}");
        var described = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation => (Path: path.Key, Verb: operation.Key))).ToList();
        Assert.Equal(rules.Select(rule => rule.Replace("request_id", "requestId", StringComparison.Ordinal)).Order(), described.Select(operation => $"{operation.Verb} {operation.Path}").Order());
        foreach (var (path, verb) in described)
        {
            using var request = new HttpRequestMessage(new HttpMethod(verb), path.Replace("{requestId}", "nobody", StringComparison.Ordinal));
            request.Content = verb == "post" ? new StringContent("{}", null, "application/json") : null;
            using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
            // A path that is not there has an empty body; a method has at least a refusal with its code.
            var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsObject();
            Assert.True(response.IsSuccessStatusCode || answer.ContainsKey("code"), $"{verb} {path}: {(int)response.StatusCode}");
        }
    }

    [Theory]
    [InlineData("/v1/models", "ListModelsResponse")]
    [InlineData("/v1/solvers", "ListSolversResponse")]
    [InlineData("/v1/operators", "ListOperatorsResponse")]
    public async Task Answer_EveryProperty_IsDescribedWithItsType(string path, string schema)
    {
        var schemas = (await DocumentAsync())["components"]!["schemas"]!.AsObject();

        var answer = JsonNode.Parse(await _http.GetStringAsync(path, TestContext.Current.CancellationToken));

        Check(answer, schemas[schema]!, schemas, schema);
    }

    [Fact]
    public async Task Reconstruct_EveryEvent_IsDescribed()
    {
        var schemas = (await DocumentAsync())["components"]!["schemas"]!.AsObject();
        using var response = await HttpTwin.PostAsync(_http, "/v1/reconstructions", await Requests.BlurredAsync(shared.Server));

        foreach (var line in (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Check(JsonNode.Parse(line), schemas["ReconstructResponse"]!, schemas, "ReconstructResponse");
        }
    }

    [Fact]
    public async Task Document_FieldsAndMethods_HaveTheCommentsOfTheProtos()
    {
        var document = await DocumentAsync();

        var undescribed = document["components"]!["schemas"]!.AsObject().Where(schema => schema.Key != "Error").SelectMany(schema =>
            (schema.Value!["properties"]?.AsObject() ?? []).Where(property => property.Value!["description"] is null).Select(property => $"{schema.Key}.{property.Key}"));
        Assert.Empty(undescribed);
        Assert.Contains("Reconstructs a picture", document["paths"]!["/v1/reconstructions"]!["post"]!["description"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Document_OfAStream_PromisesLinesAndNoSingleValue()
    {
        var document = await DocumentAsync();
        var content = document["paths"]!["/v1/reconstructions"]!["post"]!["responses"]!["200"]!["content"]!["application/json"]!;

        Assert.Null(content["schema"]!["type"] ?? content["schema"]!["$ref"]);
        Assert.Equal("#/components/schemas/ReconstructResponse", content["x-itemSchema"]!["$ref"]!.GetValue<string>());
    }

    [Fact]
    public async Task Document_WhereNobodyIsAskedWhoHeIs_HasSchemesAndNeedsNone()
    {
        var document = await DocumentAsync();

        Assert.Equal(["bearer", "certificate"], document["components"]!["securitySchemes"]!.AsObject().Select(scheme => scheme.Key));
        Assert.Empty(document["security"]!.AsArray());
    }

    private async Task<JsonObject> DocumentAsync() => JsonNode.Parse(await _http.GetStringAsync("/openapi.json", TestContext.Current.CancellationToken))!.AsObject();

    private static void Check(JsonNode? value, JsonNode schema, JsonObject schemas, string where)
    {
        if (schema["$ref"] is { } reference)
        {
            schema = schemas[reference.GetValue<string>().Split('/')[^1]] ?? throw new InvalidOperationException($"{where}: {reference} is not there.");
        }

        var kind = schema["type"]!.GetValue<string>();
        var actual = value!.GetValueKind().ToString();
        Assert.True(kind is "number" or "integer" ? actual == "Number" : kind == "boolean" ? actual is "True" or "False" : actual.Equals(kind, StringComparison.OrdinalIgnoreCase), $"{where} is {actual}, not {kind}");
        if (schema["enum"] is JsonArray words)
        {
            Assert.Contains(value.GetValue<string>(), words.Select(word => word!.GetValue<string>()));
        }

        foreach (var (name, inner) in value as JsonObject ?? [])
        {
            var property = schema["properties"] is JsonObject properties ? properties[name] : schema["additionalProperties"];
            Assert.True(property is not null, $"{where}.{name} is not described");
            Check(inner, property, schemas, $"{where}.{name}");
        }

        foreach (var item in value as JsonArray ?? [])
        {
            Check(item, schema["items"]!, schemas, where + "[]");
        }
    }
}
