using Grpc.Health.V1;
using Grpc.HealthCheck;

namespace FlashDiffusion.Server.Hosting;

/// <summary>Keeps grpc.health.v1 in step with the serving state: "", "readiness", "liveness", each service, model and solver.</summary>
internal sealed class HealthBoard(HealthServiceImpl service, ServingState state)
{
    public const string Readiness = "readiness";
    public const string Liveness = "liveness";

    private static readonly string[] Services =
        [V1.ReconstructionService.Descriptor.FullName, V1.CatalogService.Descriptor.FullName, Inference.GRPCInferenceService.Descriptor.FullName];

    private readonly Lock _gate = new();
    private readonly HashSet<string> _named = new(StringComparer.Ordinal);

    public void Update()
    {
        lock (_gate)
        {
            UpdateAll();
        }
    }

    private void UpdateAll()
    {
        service.SetStatus(Liveness, HealthCheckResponse.Types.ServingStatus.Serving);
        Set("", state.IsReady);
        Set(Readiness, state.IsReady);
        foreach (var service in Services)
        {
            Set(service, state.IsReady);
        }

        if (state.Context is not { } context)
        {
            return;
        }

        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var solver in context.Solvers.Entries.GroupBy(entry => entry.Name, StringComparer.OrdinalIgnoreCase))
        {
            named.Add($"solver/{solver.Key}");
            Set($"solver/{solver.Key}", state.TakesRequests && solver.Any(entry => entry.IsReady));
        }

        foreach (var model in context.Models.Entries.GroupBy(entry => entry.Name, StringComparer.OrdinalIgnoreCase))
        {
            named.Add($"model/{model.Key}");
            Set($"model/{model.Key}", state.TakesRequests && model.Any(entry => entry.IsReady));
        }

        // Who watches something that was taken out of the folder is told.
        foreach (var gone in _named.Except(named))
        {
            Set(gone, false);
        }

        _named.UnionWith(named);
    }

    private void Set(string name, bool serving) =>
        service.SetStatus(name, serving ? HealthCheckResponse.Types.ServingStatus.Serving : HealthCheckResponse.Types.ServingStatus.NotServing);
}
