using FlashDiffusion.Server.Answers;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Hosting;
using Grpc.Core;

namespace FlashDiffusion.Server.Services;

/// <summary>What the server can do.</summary>
internal sealed class CatalogService(ServingState state) : V1.CatalogService.CatalogServiceBase
{
    public override Task<V1.ListModelsResponse> ListModels(V1.ListModelsRequest request, ServerCallContext context)
    {
        var serving = Current();
        var response = new V1.ListModelsResponse { DefaultModel = serving.Models.DefaultModel };
        response.Models.AddRange(serving.Models.Entries.Select(entry => CatalogMapper.Model(entry, serving.Solvers)));
        return Task.FromResult(response);
    }

    public override Task<V1.ListSolversResponse> ListSolvers(V1.ListSolversRequest request, ServerCallContext context)
    {
        var serving = Current();
        var response = new V1.ListSolversResponse { DefaultSolver = serving.DefaultSolver };
        response.Solvers.AddRange(serving.Solvers.Entries.Select(CatalogMapper.Solver));
        return Task.FromResult(response);
    }

    public override Task<V1.ListOperatorsResponse> ListOperators(V1.ListOperatorsRequest request, ServerCallContext context)
    {
        var response = new V1.ListOperatorsResponse();
        response.Operators.AddRange(Current().Operators.Entries.Select(CatalogMapper.Operator));
        return Task.FromResult(response);
    }

    private ServingContext Current() => state.Context ?? throw GrpcStatusMapper.ToException(EngineErrors.Starting);
}
