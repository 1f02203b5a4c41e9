using FlashDiffusion.Engine;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Precision;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Hosting;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Lifecycle;

/// <summary>Says so where bfloat16 was asked for and does not pay: some processors have its instructions and are slower with them.</summary>
internal sealed class PrecisionCheck(IOptions<EngineOptions> options, ILogger<PrecisionCheck> logger)
{
    /// <summary>Measures a model on the first device and compares, in the log.</summary>
    /// <param name="engine">Where it was loaded.</param>
    /// <param name="entry">The model; nothing happens if it can't be used, or in float32.</param>
    public async Task CheckAsync(ReconstructionEngine engine, ModelEntry entry)
    {
        if (options.Value.Precision != NetworkPrecision.BFloat16 || entry.Model?.On(0) is not { } model)
        {
            return;
        }

        var answer = await engine.MaintainAsync(0, () => PrecisionTiming.Of(model), model.Model);
        if (answer.Value is not { } timing)
        {
            return;
        }

        if (timing.BFloat16Ms >= timing.Float32Ms)
        {
            Log.PrecisionDoesNotPay(logger, entry.Name, engine.Devices[0], timing.BFloat16Ms, timing.Float32Ms);
        }
        else
        {
            Log.PrecisionPays(logger, entry.Name, engine.Devices[0], timing.BFloat16Ms, timing.Float32Ms);
        }
    }
}
