using FlashDiffusion.Engine;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Requests;
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
    /// <param name="isServing">Whether somebody's exact request may be under way, whose shape must not change any more: then it changes for this model alone.</param>
    /// <returns>The model as it is to be served.</returns>
    public async Task<ModelEntry> CheckAsync(ReconstructionEngine engine, ModelEntry entry, bool isServing)
    {
        var (rows, lookRows, precision) = (options.Value.ExactBatch, options.Value.SeverityBatch, options.Value.Precision);
        if ((rows == 1 && lookRows == 1) || entry.Model?.On(Device) is not { } model)
        {
            return entry;
        }

        // Each on its own: a severity encoder that fails says nothing about the shape of steps.
        if (await ProblemAsync(lookRows, $"a look of {lookRows} pictures", () => ExactShapeTest.OfLooks(model, lookRows)) is { } looks)
        {
            Log.LooksDepend(logger, entry.Name, engine.Devices[Device], looks);
        }

        if (await ProblemAsync(rows, $"a shape of {rows} rows", () => ExactShapeTest.OfSteps(model, rows, precision)) is not { } problem)
        {
            return entry;
        }

        Log.ShapeGivenUp(logger, entry.Name, engine.Devices[Device], problem);
        if (isServing)
        {
            return entry with { Model = OneByOne(entry.Model) };
        }

        options.Value.ExactBatch = 1;
        return entry;

        async Task<string?> ProblemAsync(int together, string shape, Func<string> differing)
        {
            if (together == 1)
            {
                return null;
            }

            var answer = await engine.MaintainAsync(Device, differing, model.Model);
            return answer.Value switch
            {
                "" => null,
                { } names => $"{names} depend on what shares {shape}",
                null => $"the test of {shape} failed: {answer.Failure?.Message ?? answer.Rejection?.Message}",
            };
        }
    }

    private static ServedModel OneByOne(ServedModel model) => model with
    {
        ExactOneByOne = true,
        Replicas = [.. model.Replicas.Select(replica => replica with { ExactOneByOne = true })],
    };
}
