namespace FlashDiffusion.Server.Telemetry;

/// <summary>Which calls have spans, and what their paths may say. Paths of JSON are routed in any case of letters.</summary>
internal static class TracedCalls
{
    private const string Work = "/flashdiffusion.v1.ReconstructionService/";
    private const string Twin = "/v1/";
    private const string Named = "/v1/reconstructions/";

    private static readonly HashSet<string> Inference = new(StringComparer.Ordinal) { "/inference.GRPCInferenceService/ModelInfer", "/inference.GRPCInferenceService/ModelStreamInfer" };

    /// <summary>Whether a call, over gRPC, gRPC-Web or JSON, may cost something; health checks and catalogs, which balancers ask for all day, would only fill the collector.</summary>
    public static bool Has(HttpRequest request) => request.Path.Value is { } path
        && (path.StartsWith(Work, StringComparison.Ordinal)
            || Inference.Contains(path)
            || path.StartsWith(Named, StringComparison.OrdinalIgnoreCase)
            || (HttpMethods.IsPost(request.Method) && path.StartsWith(Twin, StringComparison.OrdinalIgnoreCase)));

    /// <summary>The path without the <c>request_id</c> that it may hold: who has that may fetch a result.</summary>
    public static string PathOf(HttpRequest request)
    {
        var path = request.Path.Value ?? "";
        return path.StartsWith(Named, StringComparison.OrdinalIgnoreCase)
            ? Named + "{request_id}" + (path.EndsWith(":cancel", StringComparison.OrdinalIgnoreCase) ? ":cancel" : "")
            : path;
    }
}
