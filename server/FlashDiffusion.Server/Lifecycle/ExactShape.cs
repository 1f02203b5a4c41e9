using FlashDiffusion.Engine;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Hosting;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Lifecycle;

/// <summary>Finds out whether the fixed shape of exact requests suffices here; if not, they are computed one by one.</summary>
internal sealed class ExactShape(IOptions<EngineOptions> options, ILogger<ExactShape> logger)
{
    // All devices of exact requests compute the same bits as the first one.
    private const int Device = 0;

    /// <summary>Tests a model.</summary>
    /// <param name="engine">Where it was loaded.</param>
    /// <param name="entry">The model; nothing happens if it can't be used.</param>
    /// <param name="isServing">Whether somebody's exact request may be under way, whose shape must not change any more.</param>
    public async Task CheckAsync(ReconstructionEngine engine, ModelEntry entry, bool isServing)
    {
        var (rows, precision) = (options.Value.ExactBatch, options.Value.Precision);
        if (rows == 1 || entry.Model?.On(Device) is not { } model)
        {
            return;
        }

        var answer = await engine.MaintainAsync(Device, () => ExactShapeTest.Run(model, rows, precision), model.Model);
        var problem = answer.Value is { } differing
            ? differing.Length == 0 ? null : $"{differing} depend on what shares a shape of {rows} rows"
            : $"the test of a shape of {rows} rows failed: {answer.Failure?.Message ?? answer.Rejection?.Message}";
        if (problem is not null && isServing)
        {
            Log.ShapeInexact(logger, entry.Name, engine.Devices[Device], problem);
        }
        else if (problem is not null)
        {
            options.Value.ExactBatch = 1;
            Log.ShapeGivenUp(logger, entry.Name, engine.Devices[Device], problem);
        }
    }
}
