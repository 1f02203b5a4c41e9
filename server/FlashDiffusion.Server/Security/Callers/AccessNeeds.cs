using Grpc.AspNetCore.Server;

namespace FlashDiffusion.Server.Security.Callers;

/// <summary>What each method needs; what is not named here needs a known caller.</summary>
internal static class AccessNeeds
{
    private const string Inference = "inference.GRPCInferenceService/";

    private static readonly HashSet<string> Open = [$"{Inference}ServerLive", $"{Inference}ServerReady"];

    private static readonly HashSet<string> Admin =
    [
        $"{Inference}RepositoryModelLoad", $"{Inference}RepositoryModelUnload", $"{Inference}TraceSetting", $"{Inference}LogSettings",
    ];

    /// <summary>The need of an endpoint; unknown methods tell nobody that they are unknown.</summary>
    public static AccessNeed Of(Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method is { } method ? Of(method.ServiceName, method.Name) : AccessNeed.Caller;

    /// <summary>The need of a method.</summary>
    public static AccessNeed Of(string service, string method) => service switch
    {
        "grpc.health.v1.Health" => AccessNeed.Open,
        "flashdiffusion.v1.AdminService" => AccessNeed.Admin,
        _ when Open.Contains($"{service}/{method}") => AccessNeed.Open,
        _ when Admin.Contains($"{service}/{method}") => AccessNeed.Admin,
        _ => AccessNeed.Caller,
    };
}
