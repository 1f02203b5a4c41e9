using FlashDiffusion.V1;
using Grpc.Core;

namespace FlashDiffusion.Client.Tests.FakeServer;

/// <summary>A catalog of one model, one solver and one operator.</summary>
internal sealed class FakeCatalog : CatalogService.CatalogServiceBase
{
    /// <summary>The model's state; a test may change it.</summary>
    public ServingState State { get; set; } = ServingState.Ready;

    /// <summary>Thrown by every call, if set.</summary>
    public RpcException? Failure { get; set; }

    public override Task<ListModelsResponse> ListModels(ListModelsRequest request, ServerCallContext context)
    {
        if (Failure is not null)
        {
            throw Failure;
        }

        var encoder = new SeverityEncoder { Operator = "gaussian_blur" };
        encoder.TrainedRanges.Add(new TrainedRange { Parameter = "std", Minimum = 0.3, Maximum = 3 });
        encoder.TrainedRanges.Add(new TrainedRange { Parameter = "noise_std", Minimum = 0.05, Maximum = 0.05 });
        var model = new Model
        {
            Name = "starter",
            Version = "1",
            State = State,
            Reason = State == ServingState.Failed ? "weights are missing" : "",
            MinimumSide = 64,
            MaximumSide = 512,
            SeverityEncoders = { encoder },
        };
        return Task.FromResult(new ListModelsResponse { DefaultModel = "starter", Models = { model } });
    }

    public override Task<ListSolversResponse> ListSolvers(ListSolversRequest request, ServerCallContext context)
    {
        var guidance = new ParameterDescriptor
        {
            Name = "guidance_scale",
            Kind = ParameterKind.Number,
            Minimum = 0,
            Maximum = 10,
            DefaultValue = new ParameterValue { Number = 1.6 },
            Description = "Pull of the [measurement].",
        };
        var solver = new Solver { Name = "latent_dps", Version = "1.0", State = ServingState.Ready, Parameters = { guidance } };
        return Task.FromResult(new ListSolversResponse { DefaultSolver = "latent_dps", Solvers = { solver } });
    }

    public override Task<ListOperatorsResponse> ListOperators(ListOperatorsRequest request, ServerCallContext context)
    {
        var method = new ParameterDescriptor { Name = "method", Kind = ParameterKind.Choice, Choices = { "bicubic", "average" } };
        return Task.FromResult(new ListOperatorsResponse
        {
            Operators = { new Operator { Name = "super_resolution", IsLinear = true, Parameters = { method } } },
        });
    }
}
