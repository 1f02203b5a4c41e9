using FlashDiffusion.Server.Telemetry;
using Microsoft.AspNetCore.Http;

namespace FlashDiffusion.Server.Tests.Telemetry;

public sealed class TracedCallsTests
{
    [Theory]
    [InlineData("POST", "/flashdiffusion.v1.ReconstructionService/Reconstruct", true)]
    [InlineData("POST", "/flashdiffusion.v1.ReconstructionService/GetReconstruction", true)]
    [InlineData("POST", "/inference.GRPCInferenceService/ModelInfer", true)]
    [InlineData("POST", "/inference.GRPCInferenceService/ModelStreamInfer", true)]
    [InlineData("POST", "/v1/reconstructions", true)]
    [InlineData("POST", "/v1/pictures:degrade", true)]
    [InlineData("GET", "/v1/reconstructions/one", true)]
    [InlineData("POST", "/inference.GRPCInferenceService/ModelReady", false)]
    [InlineData("POST", "/inference.GRPCInferenceService/ModelMetadata", false)]
    [InlineData("POST", "/inference.GRPCInferenceService/ModelConfig", false)]
    [InlineData("POST", "/inference.GRPCInferenceService/ModelStatistics", false)]
    [InlineData("POST", "/flashdiffusion.v1.CatalogService/ListModels", false)]
    [InlineData("POST", "/grpc.health.v1.Health/Check", false)]
    [InlineData("GET", "/v1/models", false)]
    [InlineData("GET", "/v1/solvers", false)]
    [InlineData("GET", "/healthz/ready", false)]
    public void Has_OnlyWhatMayCostSomething(string verb, string path, bool traced) => Assert.Equal(traced, TracedCalls.Has(Request(verb, path)));

    [Theory]
    [InlineData("/v1/reconstructions/one", "/v1/reconstructions/{request_id}")]
    [InlineData("/V1/Reconstructions/one", "/v1/reconstructions/{request_id}")]
    [InlineData("/v1/reconstructions/one/more", "/v1/reconstructions/{request_id}")]
    [InlineData("/v1/reconstructions/one:cancel", "/v1/reconstructions/{request_id}:cancel")]
    [InlineData("/v1/reconstructions", "/v1/reconstructions")]
    [InlineData("/flashdiffusion.v1.ReconstructionService/Reconstruct", "/flashdiffusion.v1.ReconstructionService/Reconstruct")]
    public void PathOf_HasNoRequestId(string path, string said) => Assert.Equal(said, TracedCalls.PathOf(Request("POST", path)));

    private static HttpRequest Request(string verb, string path)
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.Path) = (verb, path);
        return request;
    }
}
