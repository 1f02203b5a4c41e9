using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Server.Configuration;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Lifecycle;

/// <summary>How much memory the weights of models may take, and take. Safe to use from any thread.</summary>
internal sealed class WeightMemory(IOptions<ModelOptions> models, IOptions<EngineOptions> engine)
{
    private readonly long? _limit = models.Value.MemoryBytes > 0 ? models.Value.MemoryBytes
        : engine.Value.Device.Contains("cpu", StringComparison.OrdinalIgnoreCase) ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * 3 / 4
        : null;

    private long _taken;

    /// <summary>Bytes that are free; null if there is no limit.</summary>
    public long? Free => _limit - Volatile.Read(ref _taken);

    /// <summary>Bytes that are taken.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>Weights were loaded.</summary>
    public void Take(long bytes) => Interlocked.Add(ref _taken, bytes);

    /// <summary>Weights were freed.</summary>
    public void GiveBack(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
